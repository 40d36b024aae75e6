#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// The rung decisions of asynchronous successive halving, for trials that report as they train
// instead of being started again with more: Li et al., "A system for massively parallel
// hyperparameter tuning", MLSys 2020, section 3.1, in its stopping form. A trial that reaches a
// rung, r_min * eta^k steps, goes on when it is among the best 1 / eta of those that have reached
// it. The first ones there go on, since nobody waits for anybody.
std::vector<SettingSchema> HalvingStopSettings();
std::unique_ptr<StoppingRule> MakeHalvingStop(const StoppingContext& context);

}  // namespace qalam
