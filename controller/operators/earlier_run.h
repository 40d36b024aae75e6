#pragma once

#include <string>

#include "base/status.h"

namespace qalam {

// Makes a trial's folder ready for its run after `retries` earlier ones: of the run before, the
// output stays under a name of its own (output.run-1.log for the first) and its checkpoint where it
// is; the other files that the operator and the collector made go. Whatever the program wrote
// stays. A folder that was made ready for that run, or has it, is left alone; so a repeat, also
// after a crash, takes nothing from a run that has begun. The run before must have ended.
Status PrepareRetry(const std::string& folder, int retries);

// Whether PrepareRetry would change anything.
bool HasEarlierRun(const std::string& folder, int retries);

}  // namespace qalam
