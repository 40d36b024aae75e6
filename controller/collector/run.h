#pragma once

#include <string>

namespace qalam::collector {

// Another collector has the folder; nothing was started.
inline constexpr int kAlreadyClaimed = 75;  // EX_TEMPFAIL

// Runs the job of a trial's folder to its end. Returns the program's exit status: 0 once the result
// is written, whatever it is.
int RunJob(const std::string& directory);

// Runs one folder after another, which saves starting a process for each: takes a packet that holds
// a path from the socket `requests`, runs it and sends one byte back. Ends when the other side is
// gone, but never before the trial at hand has ended, or when a result cannot be written.
int RunJobs(int requests);

}  // namespace qalam::collector
