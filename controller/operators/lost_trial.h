#pragma once

#include <string>

namespace qalam {

// Kills what a trial without a collector has left running: the groups that the collector wrote
// down, and every process that has the trial's folder in its environment, wherever it has gone.
void KillLostTrial(const std::string& directory);

}  // namespace qalam
