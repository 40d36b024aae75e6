// Running a program to its end, within bounds.
#pragma once

#include <absl/time/time.h>

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

struct ProgramRequest {
  std::vector<std::string> arguments;    // arguments[0] is the program, looked up on PATH
  std::vector<std::string> environment;  // NAME=VALUE, the whole of it
  absl::Duration longest = absl::Seconds(30);
  size_t most_bytes = 1 << 20;  // that it may print, on either stream
};

struct ProgramOutcome {
  int exit_code = 0;  // 128 and the signal's number where one has ended it, as shells have it
  std::string output;
  std::string errors;
};

// Its standard input is empty. It is killed, with what it has started, when it takes longer
// (DEADLINE_EXCEEDED) or prints more (RESOURCE_EXHAUSTED). NOT_FOUND when there is no such program.
StatusOr<ProgramOutcome> RunProgram(const ProgramRequest& request);

}  // namespace qalam
