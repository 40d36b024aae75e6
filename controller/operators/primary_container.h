#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/status.h"

namespace qalam {

struct ContainerCommand {
  std::vector<std::string> arguments;  // command and args together
  std::vector<Setting> environment;    // in order; a later one of the same name counts
  std::string working_directory;       // empty when not given
};

// A batch/v1 Job's primary container: the one of that name, or the only one.
StatusOr<const Json*> FindPrimaryContainer(const Json& manifest, const std::string& name);

// Variables that a container has beside those of its manifest.
struct ContainerVariables {
  std::vector<Setting> defaults;  // those of the manifest count before them
  std::vector<Setting> fixed;     // count before those of the manifest
};

// The command of a container. $(NAME) in command, args and env is replaced from the container's
// variables, as Kubernetes does ($$ is a dollar; an unknown name stays as it is). INVALID_ARGUMENT
// names the field that is missing or unsupported, in which `what` stands for the container.
StatusOr<ContainerCommand> CommandOfContainer(const Json& container, const std::string& what,
                                              const ContainerVariables& variables = {});

// The command of the primary container as the manifest has it: the container of that name, or the
// only one, of a batch/v1 Job or of a distributed job's primary replica.
StatusOr<ContainerCommand> PrimaryContainerCommand(const Json& manifest, const std::string& name);

// Where it runs: a relative folder is taken from this process's own.
std::string WorkingDirectory(const ContainerCommand& command, const std::string& trial_directory);

// $(NAME) from what is known, as above.
std::string ExpandReferences(const std::string& text,
                             const std::map<std::string, std::string>& known);

}  // namespace qalam
