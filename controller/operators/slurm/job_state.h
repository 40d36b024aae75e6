// What Slurm's states mean for a trial.
#pragma once

#include <string>

#include "controller/operators/operator.h"
#include "controller/operators/slurm/queue_entry.h"

namespace qalam::slurm {

enum class Phase {
  kWaiting,  // has not begun, or waits to begin again
  kActive,
  kStuck,  // waits, and will never begin by itself
  kEnded,
};

struct StateMeaning {
  const char* name = "";
  Phase phase = Phase::kActive;
  // Of one that has ended: how, when the collector has not told, and what of. An empty reason says
  // no more than that it has ended.
  JobState state = JobState::kFailed;
  const char* reason = "";
  const char* sentence = "";  // follows on "Slurm's job 12 on n3 "
};

// A state that is not in the table, of a later Slurm, is one of a job that is still there.
const StateMeaning& StateOf(const QueueEntry& entry);

}  // namespace qalam::slurm
