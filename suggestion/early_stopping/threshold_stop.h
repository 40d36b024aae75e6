#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// A trial is stopped when its metric leaves the bounds that the user gives, or is not a number: a
// run that has diverged does not come back.
std::vector<SettingSchema> ThresholdStopSettings();
Status CheckThresholdStop(const Settings& settings);
std::unique_ptr<StoppingRule> MakeThresholdStop(const StoppingContext& context);

}  // namespace qalam
