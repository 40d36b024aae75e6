#pragma once

#include <string>

namespace qalam::collector {

// Another collector has the folder; nothing was started.
inline constexpr int kAlreadyClaimed = 75;  // EX_TEMPFAIL

// Runs the job of a trial's folder to its end. Returns the program's exit status: 0 once the result
// is written, whatever it is.
int RunJob(const std::string& directory);

}  // namespace qalam::collector
