// Several brackets of rungs at once, so that slow starters have a bracket that waits for them.
#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// Li et al., Hyperband, JMLR 18, 2018, algorithm 1, asynchronously: bracket s has its first rung at
// r_max / eta^s steps, and of all trials the share that the paper gives it,
// ceil((s_max + 1) / (s + 1) * eta^s) parts. A trial's bracket follows from its uid alone.
std::vector<SettingSchema> HyperbandStopSettings();
Status CheckHyperbandStop(const Settings& settings);
std::unique_ptr<StoppingRule> MakeHyperbandStop(const StoppingContext& context);

}  // namespace qalam
