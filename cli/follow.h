#pragma once

#include <string>
#include <vector>

#include "cli/connection.h"

namespace qalam {

// Notes SIGINT and SIGTERM from now on instead of dying of them; a second one ends the process at
// once, leaving its trials to be adopted.
void NoteInterrupts();
bool Interrupted();

// Shows the experiments until each has ended. After Ctrl-C they are stopped, and how to go on is
// said. Those of a server are left alone once nothing can be shown any more. Returns the exit
// status: 0 when all succeeded or were left, 130 after Ctrl-C, else 1.
StatusOr<int> FollowExperiments(Connection& connection,
                                const std::vector<v1::ExperimentName>& names);

}  // namespace qalam
