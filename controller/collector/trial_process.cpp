#include "controller/collector/trial_process.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/process.h"

namespace qalam::collector {

StatusOr<TrialProcess> TrialProcess::Start(const Command& command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  ASSIGN_OR_RETURN(const pid_t pid, Spawn({.arguments = command.arguments,
                                           .environment = EnvironmentWith(command.environment),
                                           .working_directory = command.working_directory,
                                           .standard_output = write_end.get(),
                                           .standard_error = write_end.get(),
                                           .new_session = true}));
  return TrialProcess(pid, std::move(read_end));
}

bool TrialProcess::ReadOutput(const std::function<void(std::string_view)>& take) {
  constexpr int kChunks = 16;
  char buffer[64 << 10];
  for (int i = 0; i < kChunks && output_.valid(); ++i) {
    const ssize_t got = read(output_.get(), buffer, sizeof(buffer));
    if (got < 0) return errno == EINTR;
    if (got == 0) {
      output_.Close();
    } else {
      take({buffer, static_cast<size_t>(got)});
    }
  }
  return output_.valid();
}

void TrialProcess::SignalGroup(int signal) const { kill(-pid_, signal); }

void TrialProcess::SetEnded(int wait_status) {
  ended_ = true;
  wait_status_ = wait_status;
}

std::string TrialProcess::DescribeEnd() const {
  if (WIFSIGNALED(wait_status_)) {
    return fmt::format("was killed by signal {} ({})", WTERMSIG(wait_status_),
                       strsignal(WTERMSIG(wait_status_)));
  }
  return fmt::format("exited with status {}", WEXITSTATUS(wait_status_));
}

}  // namespace qalam::collector
