#pragma once

#include "api/proto/qalam_v1.pb.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// Fills in the best_trials of a message that ToMessage has made of the experiment: the feasible
// trials that no other is at least as good as in every objective and better in one. With several
// objectives it reads every trial, O(trials x size of the answer).
Status AddBestTrials(Store& store, const ExperimentRecord& experiment, v1::Experiment& message);

}  // namespace qalam
