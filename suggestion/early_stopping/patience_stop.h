#pragma once

#include <memory>
#include <vector>

#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// A trial is stopped when its last `patience` points have brought no value that is better than the
// best before them by more than `min_delta`: early stopping as training programs do it (Prechelt,
// "Early stopping - but when?", 1998), without the program.
std::vector<SettingSchema> PatienceStopSettings();
std::unique_ptr<StoppingRule> MakePatienceStop(const StoppingContext& context);

}  // namespace qalam
