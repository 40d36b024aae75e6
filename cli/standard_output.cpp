#include "cli/standard_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace qalam {

Status FlushStandardOutput() {
  if (std::fflush(stdout) != 0) return ErrnoStatus(errno, "cannot write to standard output");
  // Of an earlier one the cause is not known any more.
  if (std::ferror(stdout) != 0) return Unavailable("cannot write to standard output");
  return absl::OkStatus();
}

bool OutputReaderHasGone() {
  pollfd output = {.fd = STDOUT_FILENO, .events = 0, .revents = 0};
  return poll(&output, 1, 0) > 0 && (output.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace qalam
