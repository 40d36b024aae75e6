#pragma once

#include "api/experiment.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// Puts the finished trials of the experiments that `document` warm-starts from into its own list
// and forgets the experiments, so that it stands for itself. Taken are trials that succeeded or
// were stopped early, lie in the document's space and gave its metrics; of more than
// kMostGivenTrials, the best by the main objective. INVALID_ARGUMENT when an experiment is not
// there or none of its trials can be taken, with the reason.
Status TakeWarmStart(Store& store, ExperimentDocument& document);

}  // namespace qalam
