#pragma once

#include <string>

#include "base/status.h"
#include "controller/operators/operator.h"

namespace qalam {

struct CollectorContainerOptions {
  std::string image;  // has qalam-collector on its PATH
  double grace_seconds = 10;
  std::string trial_token;  // the container's QALAM_TOKEN; empty: none
};

// The init container, and the volume through which it hands the collector to the other.
inline constexpr char kCollectorContainer[] = "qalam-collector";

// Changes the pod so that the container's command runs under the collector, which an init container
// puts in place. INVALID_ARGUMENT for a container without a command of its own.
Status PutUnderCollector(const TrialJob& job, const CollectorContainerOptions& options, Json& pod,
                         Json& container);

}  // namespace qalam
