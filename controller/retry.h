// After which failures a trial is run again.
#pragma once

#include "api/experiment.h"
#include "controller/operators/operator.h"
#include "db/store.h"

namespace qalam {

// Whether the engine lost the job, rather than that the job failed.
bool IsInfrastructureFailure(const JobStatus& job);

// Whether a trial whose job failed so is run again, `retries` runs after its first.
bool IsRetried(const TrialTemplate& trial_template, const JobStatus& job, int retries);
// How long until then: a second, doubled by each further run, at most five minutes.
Duration RetryDelay(int retries);

// The trial as it is then: pending again, without anything of the run that failed.
TrialRecord ToBeRetried(TrialRecord trial, const JobStatus& job, int retries, int allowed);
// The event that tells of it has this reason; as many as there are, so often it was run again.
inline constexpr char kRetryReason[] = "Retrying";
StatusOr<int> CountRetries(Store& store, const TrialRecord& trial);

}  // namespace qalam
