// Runs trials as processes of this machine, each under a collector that outlives the controller.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "controller/operators/machine_capacity.h"
#include "controller/operators/operator.h"

namespace qalam {

struct ProcessOperatorOptions {
  std::string collector_path;  // the qalam-collector program
  double grace_seconds = 10;   // between TERM and KILL
  // Where a trial reaches the server that it may report to, as a gRPC target; empty: nowhere.
  std::string server_address;
  TrialTokenMaker trial_token;  // null: trials have none
  CapacityOptions capacity;
  // Folders of trials that may be alive from an earlier process: what they have of the machine is
  // taken.
  std::vector<std::string> earlier_folders;
};

// The handle is the trial's folder. A trial's working directory is the container's workingDir (a
// relative one is taken from this process's own), or the trial's folder when none is given. The
// folder of the collector comes first on the trial's PATH, so that programs shipped beside qalam
// are found. The environment is this process's, without what QALAM_TOKEN, QALAM_TOKEN_FILE and a
// QALAM_DB that names a server hold, then QALAM_TRIAL_NAME, QALAM_TRIAL_UID, QALAM_EXPERIMENT_NAME,
// QALAM_TRIAL_DIR and, for a job that has one, QALAM_CHECKPOINT_DIR, then the job's own
// (TrialJob::environment), then for programs that report by themselves QALAM_ADDRESS, QALAM_TRIAL,
// QALAM_NAMESPACE and the trial's own QALAM_TOKEN, then the container's env. Where the document
// names a place for metrics, the command finds it as QALAM_METRICS_PATH, and the port that is
// scraped as QALAM_METRICS_PORT, unless its env has these. A job that names what it takes of the
// machine waits until that is free; then it has OMP_NUM_THREADS and its kin unless its env says
// otherwise, and with GPUs CUDA_VISIBLE_DEVICES. What a failing command writes into the file that
// QALAM_TERMINATION_MESSAGE_PATH names, up to 4 KiB, is put after the message of its end.
std::unique_ptr<TrialOperator> MakeProcessOperator(ProcessOperatorOptions options);

}  // namespace qalam
