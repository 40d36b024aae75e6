#pragma once

#include <string>
#include <vector>

namespace qalam::collector {

// Runs the command of a container, for an engine that sees nothing of it but its log: the records
// go to standard output (log_records.h). `job` is a Job as JSON without a command, whose mark is
// `mark`. Returns the container's exit status: the command's own, 128 and the signal's number, 124
// for a timeout, 127 for one that cannot be started, 143 for one that was told to end, and 0 for
// one that its own rule has stopped early, so that nobody runs it again.
int RunContainer(const std::string& mark, const std::string& job,
                 std::vector<std::string> arguments);

// Puts this program into the folder, as a file that is there whole or not at all, for containers
// whose images do not have it. Returns the exit status.
int Install(const std::string& folder);

}  // namespace qalam::collector
