#pragma once

#include <string>
#include <vector>

#include "controller/operators/operator.h"

namespace qalam {

// What the operator said about one trial: its state first, then all observations, so that a final
// state comes with everything that was reported.
struct TrialLook {
  Status status;
  JobStatus job;
  std::vector<MetricPoint> points;
  uint64_t next_offset = 0;
  bool more = false;  // there is more to read; the end is told only with the last point
};

// From `offset` of the observations. May block.
TrialLook LookAt(TrialOperator& trial_operator, const std::string& handle, uint64_t offset);

}  // namespace qalam
