// How Slurm is asked to run a trial.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "controller/operators/operator.h"
#include "controller/operators/slurm/slurm_options.h"

namespace qalam::slurm {

// Files of a trial's folder.
inline constexpr char kScriptFile[] = "slurm.sh";  // what Slurm runs
inline constexpr char kScriptLog[] = "slurm.log";  // what that prints: the command's is elsewhere

struct BatchRequest {
  std::string job_name;
  std::vector<std::string> arguments;  // of sbatch; the script's path and its arguments last
  std::string script;                  // of the script
};

// Of the trial's run after `retries` earlier ones: the same for each repeat, and no other's.
std::string JobName(const std::string& trial_uid, int retries);

// INVALID_ARGUMENT names every field of a SlurmJob that is wrong. The script is the same for all
// trials but for the lines of `setup`, which are the user's own: what differs comes to it as
// arguments.
StatusOr<BatchRequest> MakeBatchRequest(const TrialJob& job, const SlurmOptions& options);

}  // namespace qalam::slurm
