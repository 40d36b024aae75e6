#pragma once

#include <vector>

#include "api/experiment.h"
#include "controller/operators/operator.h"

namespace qalam {

// Whether the engine can ever have room for a trial of each document. FAILED_PRECONDITION or
// INVALID_ARGUMENT (of the first one at fault) says what it lacks or what is wrong in what they ask
// for, a line for each document.
Status CheckRoomForTrials(TrialOperator& trial_operator,
                          const std::vector<ExperimentDocument>& documents);

}  // namespace qalam
