// Trials that fall behind a share of the others: `medianstop` and `percentile`.
#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// Golovin et al., Google Vizier, KDD 2017, section 3.2.1: stops a trial whose best value up to a
// step is worse than the median of the other trials' running averages up to that step.
std::vector<SettingSchema> MedianStopSettings();
std::unique_ptr<StoppingRule> MakeMedianStop(const StoppingContext& context);

// The same form with another share, of the others' best values instead of their averages.
std::vector<SettingSchema> PercentileStopSettings();
std::unique_ptr<StoppingRule> MakePercentileStop(const StoppingContext& context);

}  // namespace qalam
