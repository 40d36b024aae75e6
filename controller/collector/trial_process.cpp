#include "controller/collector/trial_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/process.h"

namespace qalam::collector {

StatusOr<TrialProcess> TrialProcess::Start(const Job& job) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  ASSIGN_OR_RETURN(const pid_t pid, Spawn({.arguments = job.arguments,
                                           .environment = EnvironmentWith(job.environment),
                                           .working_directory = job.working_directory,
                                           .standard_output = write_end.get(),
                                           .standard_error = write_end.get(),
                                           .new_session = true}));
  return TrialProcess(pid, std::move(read_end));
}

void TrialProcess::SignalGroup(int signal) const { kill(-pid_, signal); }

bool TrialProcess::Reap(const std::function<void(pid_t, int)>& other) {
  int status = 0;
  for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
    if (pid == pid_) {
      ended_ = true;
      wait_status_ = status;
    } else {
      other(pid, status);
    }
  }
  return ended_;
}

void TrialProcess::KillDescendants() {
  kill(-pid_, SIGKILL);
  if (waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) return;
  // Orphans of the command are now children of this process. Killing one may hand over its own
  // children, so look again until there is none; the bound is against a fork bomb.
  const std::string path = fmt::format("/proc/self/task/{}/children", getpid());
  for (int round = 0; round < 1000; ++round) {
    const auto children = ReadFileRange(path, 0, 1 << 20);
    if (children.ok()) {
      char* rest = const_cast<char*>(children->c_str());
      for (long pid = std::strtol(rest, &rest, 10); pid > 0; pid = std::strtol(rest, &rest, 10)) {
        kill(static_cast<pid_t>(pid), SIGKILL);
      }
    }
    if (waitpid(-1, nullptr, 0) < 0 && errno == ECHILD) return;
  }
}

}  // namespace qalam::collector
