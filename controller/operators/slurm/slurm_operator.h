// Runs trials as jobs of a Slurm cluster, each under a collector in a folder that the nodes share
// with this machine.
#pragma once

#include <memory>

#include "base/status.h"
#include "controller/operators/operator.h"
#include "controller/operators/slurm/slurm_options.h"

namespace qalam {

// The handle is the trial's folder. FAILED_PRECONDITION where Slurm's programs are not installed. A
// job's environment is this process's, without QALAM_DB and with the trial's own QALAM_TOKEN, as
// sbatch passes it on,
// then what every trial has (see process_operator.h) but QALAM_ADDRESS: the server's private socket
// cannot be reached from the nodes.
StatusOr<std::unique_ptr<TrialOperator>> MakeSlurmOperator(SlurmOptions options);

}  // namespace qalam
