// With several objectives, trials that others beat in every one of them.
#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// Stops a trial when at least `dominators` others have, up to the same step, better best values of
// every objective: it would have to overtake all of them somewhere to join the Pareto front.
std::vector<SettingSchema> DominatedStopSettings();
std::unique_ptr<StoppingRule> MakeDominatedStop(const StoppingContext& context);

}  // namespace qalam
