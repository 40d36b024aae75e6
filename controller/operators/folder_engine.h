// Which engine has begun the trial of a folder. After a restart with another --operator, a trial
// must neither run a second time nor be taken for lost.
#pragma once

#include <optional>
#include <string>

#include "controller/operators/operator.h"

namespace qalam {

enum class FolderEngine { kProcess, kSlurm, kKubernetes };

// As TrialOperator::Poll, of a trial that another engine than `self` has begun: the end that is in
// its folder, else that it is unknown here. Nothing of any other trial.
std::optional<JobStatus> PollForeignTrial(const std::string& folder, FolderEngine self);

}  // namespace qalam
