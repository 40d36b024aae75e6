#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

struct ContainerCommand {
  std::vector<std::string> arguments;  // command and args together
  std::vector<Setting> environment;    // in order; a later one may refer to an earlier
  std::string working_directory;       // empty when not given
};

// A batch/v1 Job's primary container: the one of that name, or the only one.
StatusOr<const Json*> FindPrimaryContainer(const Json& manifest, const std::string& name);

// The command of a batch/v1 Job's primary container. $(NAME)
// in command, args and env is replaced from the container's env, as Kubernetes does ($$ is a
// dollar; an unknown name stays as it is). INVALID_ARGUMENT names the field that is missing or
// unsupported.
StatusOr<ContainerCommand> PrimaryContainerCommand(const Json& manifest, const std::string& name);

}  // namespace qalam
