#pragma once

#include <map>
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

// The command of a batch/v1 Job's primary container: the one of that name, or the only one. $(NAME)
// in command, args and env is replaced from the container's env, as Kubernetes does ($$ is a
// dollar; an unknown name stays as it is). INVALID_ARGUMENT names the field that is missing or
// unsupported.
StatusOr<ContainerCommand> PrimaryContainerCommand(const Json& manifest, const std::string& name);

// The same of any container. In its fields' names `what` stands for it.
StatusOr<ContainerCommand> CommandOfContainer(const Json& container, const std::string& what);

// Where it runs: a relative folder is taken from this process's own.
std::string WorkingDirectory(const ContainerCommand& command, const std::string& trial_directory);

// $(NAME) from what is known, as above.
std::string ExpandReferences(const std::string& text,
                             const std::map<std::string, std::string>& known);

}  // namespace qalam
