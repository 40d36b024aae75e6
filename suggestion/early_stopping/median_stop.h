#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// The median stopping rule of Golovin et al., "Google Vizier: a service for black-box
// optimization", KDD 2017, section 3.2.1: a trial is stopped at a step when its best value so far
// is worse than the median of the other trials' running averages up to that step.
std::vector<SettingSchema> MedianStopSettings();
std::unique_ptr<StoppingRule> MakeMedianStop(const StoppingContext& context);

}  // namespace qalam
