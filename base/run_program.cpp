#include "base/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>

#include "base/files.h"
#include "base/process.h"

namespace qalam {

namespace {

struct Pipe {
  FileDescriptor read_end, write_end;
};

StatusOr<Pipe> MakePipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  return Pipe{FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

// Reads both streams to their ends.
Status ReadStreams(const ProgramRequest& request, FileDescriptor streams[2],
                   std::string* const texts[2]) {
  const auto deadline =
      std::chrono::steady_clock::now() + absl::ToChronoMilliseconds(request.longest);
  while (streams[0].valid() || streams[1].valid()) {
    // poll passes over those that are closed, which are negative.
    pollfd waited[2] = {{streams[0].get(), POLLIN, 0}, {streams[1].get(), POLLIN, 0}};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    const int ready = left.count() <= 0 ? 0 : poll(waited, 2, static_cast<int>(left.count()));
    if (ready == 0) {
      return DeadlineExceeded("{} gave no answer within {}", request.arguments[0],
                              absl::FormatDuration(request.longest));
    }
    for (int i = 0; ready > 0 && i < 2; ++i) {
      if (waited[i].revents == 0) continue;
      char buffer[16 << 10];
      const ssize_t got = read(streams[i].get(), buffer, sizeof(buffer));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) streams[i].Close();
      if (got > 0) texts[i]->append(buffer, static_cast<size_t>(got));
      if (texts[i]->size() > request.most_bytes) {
        return ResourceExhausted("{} printed more than {} bytes", request.arguments[0],
                                 request.most_bytes);
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

StatusOr<ProgramOutcome> RunProgram(const ProgramRequest& request) {
  ASSIGN_OR_RETURN(Pipe output, MakePipe());
  ASSIGN_OR_RETURN(Pipe errors, MakePipe());
  ASSIGN_OR_RETURN(const pid_t pid, Spawn({.arguments = request.arguments,
                                           .environment = request.environment,
                                           .standard_output = output.write_end.get(),
                                           .standard_error = errors.write_end.get(),
                                           .new_session = true}));
  output.write_end.Close();
  errors.write_end.Close();
  ProgramOutcome outcome;
  FileDescriptor streams[2] = {std::move(output.read_end), std::move(errors.read_end)};
  std::string* const texts[2] = {&outcome.output, &outcome.errors};
  const Status status = ReadStreams(request, streams, texts);
  if (!status.ok()) kill(-pid, SIGKILL);
  int ending = 0;
  while (waitpid(pid, &ending, 0) < 0 && errno == EINTR) {
  }
  RETURN_IF_ERROR(status);
  outcome.exit_code = WIFEXITED(ending) ? WEXITSTATUS(ending) : 128 + WTERMSIG(ending);
  return outcome;
}

}  // namespace qalam
