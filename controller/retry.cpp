#include "controller/retry.h"

#include <algorithm>

namespace qalam {

namespace {

// One row for each way in which an engine loses a job. A program that cannot be started
// (StartFailed), exits, is killed by a signal or takes too long has failed by itself.
constexpr const char* kInfrastructureReasons[] = {
    "CollectorLost",  // whoever looked after the process was killed, or the machine went down
    "Lost",           // the engine had begun the job and knows it no more
    "ResultDamaged",  // how it ended cannot be read
    "PodEvicted",     // the cluster took its pod off a node
    "PodDeleted",     // somebody deleted its pod
    "NodeLost",       // the node went down under its pod
    "ObjectDeleted",  // somebody deleted its object
    "NodeFailed",     // Slurm's words for what happened to the node, from here on
    "BootFailed",
    "LaunchFailed",    // the job ended, or was held, before its collector had begun
    "Preempted",       // another job got the node
    "StoppedBySlurm",  // told to end, by none who says so: requeued, or by the node itself
};

constexpr Duration kFirstDelay = absl::Seconds(1);
constexpr Duration kLongestDelay = absl::Minutes(5);

}  // namespace

bool IsInfrastructureFailure(const JobStatus& job) {
  return job.state == JobState::kFailed &&
         std::any_of(std::begin(kInfrastructureReasons), std::end(kInfrastructureReasons),
                     [&](const char* reason) { return job.reason == reason; });
}

bool IsRetried(const TrialTemplate& trial_template, const JobStatus& job, int retries) {
  if (job.state != JobState::kFailed || retries >= trial_template.retries) return false;
  return trial_template.retry_on == RetryOn::kFailure || IsInfrastructureFailure(job);
}

Duration RetryDelay(int retries) {
  Duration delay = kFirstDelay;
  for (int i = 0; i < retries && delay < kLongestDelay; ++i) delay *= 2;
  return std::min(delay, kLongestDelay);
}

TrialRecord ToBeRetried(TrialRecord trial, const JobStatus& job, int retries, int allowed) {
  trial.state = TrialState::kPending;
  trial.reason = kRetryReason;
  trial.message =
      fmt::format("{} ({}); run {} of at most {} follows after {}", job.message, job.reason,
                  retries + 2, allowed + 1, absl::FormatDuration(RetryDelay(retries)));
  trial.collected_bytes = 0;
  trial.started = absl::InfinitePast();
  return trial;
}

StatusOr<int> CountRetries(Store& store, const TrialRecord& trial) {
  ASSIGN_OR_RETURN(const auto events, store.ListEvents({.experiment_uid = trial.experiment_uid,
                                                        .trial_uid = trial.uid}));
  return static_cast<int>(std::count_if(events.begin(), events.end(), [](const EventRecord& event) {
    return event.reason == kRetryReason;
  }));
}

}  // namespace qalam
