// Starting and identifying processes, never through a shell.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

struct SpawnRequest {
  std::vector<std::string> arguments;              // arguments[0] is the program, looked up on PATH
  std::vector<std::string> environment;            // NAME=VALUE, the whole of it
  std::string working_directory;                   // empty: the caller's
  int standard_input = -1;                         // -1: /dev/null
  int standard_output = -1;                        // -1: the caller's
  int standard_error = -1;                         // -1: the caller's
  bool new_session = false;                        // own session and process group
};

// Starts the process and returns its pid; the caller must reap it. Errors name the program, also
// when exec itself fails (NOT_FOUND, PERMISSION_DENIED).
StatusOr<pid_t> Spawn(const SpawnRequest& request);

// This process's environment as NAME=VALUE, with `changes` laid over it.
std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& changes);

// When the process started, in clock ticks since boot: with the pid and the boot id it names a
// process for good, so that a reused pid is never mistaken for it. NOT_FOUND when there is none.
StatusOr<uint64_t> ProcessStartTicks(pid_t pid);

// The kernel's random id of this boot.
const std::string& BootId();

}  // namespace qalam
