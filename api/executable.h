// CheckExecutable in its halves, for those who know which engine is to run the trials.
#pragma once

#include <vector>

#include "api/experiment.h"

namespace qalam {

// Whether the algorithm is there.
std::vector<Fault> CheckAlgorithm(const ExperimentDocument& document,
                                  const AlgorithmCatalog& catalog);

// What an engine that starts commands of its own machine cannot run: kinds whose objects want a
// cluster, conditions on them, values that a cluster holds.
std::vector<Fault> CheckLocalTrials(const ExperimentSpec& spec);

}  // namespace qalam
