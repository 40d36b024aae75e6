// What a document says of trials: points to try first, and results from elsewhere.
#pragma once

#include <vector>

#include "api/experiment.h"
#include "suggestion/sampler.h"

namespace qalam {

// Faults of spec.initialTrials and spec.warmStart.trials in this space.
std::vector<AlgorithmCatalog::AlgorithmFault> CheckGivenTrials(const ExperimentSpec& spec,
                                                               const SearchSpace& space);

// The points of spec.initialTrials. INVALID_ARGUMENT for one that is not of the space.
StatusOr<std::vector<Point>> InitialPoints(const ExperimentSpec& spec, const SearchSpace& space);

// The results of spec.warmStart.trials, numbered -1, -2, ... INVALID_ARGUMENT likewise.
StatusOr<std::vector<TrialResult>> WarmStartResults(const ExperimentSpec& spec,
                                                    const SearchSpace& space);

}  // namespace qalam
