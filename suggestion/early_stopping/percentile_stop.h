#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// A trial is stopped at a step when its best value so far is not among the best `percentile`
// percent of the other trials' best values up to that step: the median rule's form with another
// share, on best values instead of averages, so that noise early on is not held against anyone.
std::vector<SettingSchema> PercentileStopSettings();
std::unique_ptr<StoppingRule> MakePercentileStop(const StoppingContext& context);

}  // namespace qalam
