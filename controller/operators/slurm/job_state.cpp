#include "controller/operators/slurm/job_state.h"

#include <algorithm>

namespace qalam::slurm {

namespace {

using enum Phase;

constexpr StateMeaning kStates[] = {
    {"PENDING", kWaiting},
    {"REQUEUED", kWaiting},
    {"REQUEUE_FED", kWaiting},
    {"REQUEUE_HOLD", kWaiting},
    {"RESV_DEL_HOLD", kWaiting},
    {"SPECIAL_EXIT", kWaiting},
    {"CONFIGURING", kActive},
    {"RUNNING", kActive},
    {"COMPLETING", kActive},
    {"RESIZING", kActive},
    {"SIGNALING", kActive},
    {"STAGE_OUT", kActive},
    {"STOPPED", kActive},
    {"SUSPENDED", kActive},
    {"COMPLETED", kEnded},
    {"FAILED", kEnded},
    {"CANCELLED", kEnded, JobState::kKilled, "CancelledInSlurm", "was cancelled in Slurm"},
    {"TIMEOUT", kEnded, JobState::kFailed, "TimeLimit", "reached Slurm's time limit"},
    {"DEADLINE", kEnded, JobState::kFailed, "Deadline",
     "reached the deadline that Slurm was given"},
    {"OUT_OF_MEMORY", kEnded, JobState::kFailed, "OutOfMemory",
     "was ended by Slurm since it took more memory than it had asked for"},
    {"NODE_FAIL", kEnded, JobState::kFailed, "NodeFailed", "was lost with its node"},
    {"BOOT_FAIL", kEnded, JobState::kFailed, "BootFailed", "did not begin: its node did not start"},
    {"PREEMPTED", kEnded, JobState::kFailed, "Preempted", "had to give way to another job"},
    {"REVOKED", kEnded, JobState::kFailed, "Lost", "went to another cluster of the federation"},
    {"LAUNCH_FAILED", kEnded, JobState::kFailed, "LaunchFailed", "could not be started"},
    {"RECONFIG_FAIL", kEnded, JobState::kFailed, "LaunchFailed", "could not be started"},
};

constexpr StateMeaning kStillThere{"", kActive};

// What squeue gives as the reason of a job that Slurm has put back and holds for an administrator
// to look at.
constexpr const char* kStuckReasons[] = {"launch failed requeued held",
                                         "launch_failed_requeued_held", "JobLaunchFailure"};
constexpr StateMeaning kHeldAfterLaunch{
    "PENDING", kStuck, JobState::kFailed, "LaunchFailed",
    "could not be started, or was forgotten by Slurm's controller, and is held"};

}  // namespace

const StateMeaning& StateOf(const QueueEntry& entry) {
  const auto state =
      std::find_if(std::begin(kStates), std::end(kStates),
                   [&](const StateMeaning& meaning) { return entry.state == meaning.name; });
  if (state == std::end(kStates)) return kStillThere;
  if (state->phase == kWaiting &&
      std::any_of(std::begin(kStuckReasons), std::end(kStuckReasons),
                  [&](const char* reason) { return entry.reason == reason; })) {
    return kHeldAfterLaunch;
  }
  return *state;
}

}  // namespace qalam::slurm
