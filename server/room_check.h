#pragma once

#include "api/experiment.h"
#include "controller/operators/operator.h"

namespace qalam {

// Whether the engine can ever have room for a trial of the document; FAILED_PRECONDITION or
// INVALID_ARGUMENT says what it lacks or what is wrong in what it asks for.
Status CheckRoomForTrials(TrialOperator& trial_operator, const ExperimentDocument& document);

}  // namespace qalam
