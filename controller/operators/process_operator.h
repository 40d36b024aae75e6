// Runs trials as processes of this machine, each under a collector that outlives the controller.
#pragma once

#include <memory>
#include <string>

#include "controller/operators/operator.h"

namespace qalam {

struct ProcessOperatorOptions {
  std::string collector_path;  // the qalam-collector program
  double grace_seconds = 10;   // between TERM and KILL
};

// The handle is the trial's folder. A trial's working directory is the container's workingDir (a
// relative one is taken from this process's own), or the trial's folder when none is given. The
// folder of the collector comes first on the trial's PATH, so that programs shipped beside qalam
// are found. The environment is this process's, then QALAM_TRIAL_NAME, QALAM_TRIAL_UID,
// QALAM_EXPERIMENT_NAME, QALAM_TRIAL_DIR and, for a job that has one, QALAM_CHECKPOINT_DIR, then
// the container's env.
std::unique_ptr<TrialOperator> MakeProcessOperator(ProcessOperatorOptions options);

}  // namespace qalam
