// How a trial in a cluster has ended, from all that is known of it. Nothing here asks anybody.
#pragma once

#include <optional>
#include <string>

#include "api/trial_conditions.h"
#include "controller/collector/job.h"
#include "controller/operators/kubernetes/pod_state.h"
#include "controller/operators/operator.h"

namespace qalam {

struct TrialEvidence {
  bool cancelled = false;       // by this program
  bool object_gone = false;     // from the cluster
  Judgement judgement;          // by the conditions, of the object as it was last
  std::optional<PodState> pod;  // the primary one, as it was last
  bool pod_gone = false;
  bool log_complete = false;                // or never to be had
  std::optional<collector::Result> result;  // what the collector said at its end
  uint64_t missing_bytes = 0;               // of the log
};

// nullopt as long as it has not ended, or its log is still coming.
std::optional<JobStatus> JudgeTrialEnd(const TrialEvidence& evidence);

// What a trial waits for that has not ended; empty texts when it runs.
JobStatus DescribeUnended(const TrialEvidence& evidence);

}  // namespace qalam
