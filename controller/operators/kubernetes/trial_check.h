#pragma once

#include <vector>

#include "api/experiment.h"

namespace qalam {

// What of the document cannot be run in a cluster, each with its field; decided without one.
std::vector<Fault> CheckClusterTrials(const ExperimentSpec& spec);

// Whether the collector must be in the trial's primary container.
bool NeedsCollector(const MetricsCollector& collector);

}  // namespace qalam
