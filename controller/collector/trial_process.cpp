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

StatusOr<TrialProcess> TrialProcess::Start(const Job& job, const std::string& group_file) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ErrnoStatus(errno, "cannot make a pipe");
  FileDescriptor read_end(ends[0]);
  const FileDescriptor write_end(ends[1]);
  fcntl(read_end.get(), F_SETFL, O_NONBLOCK);
  ASSIGN_OR_RETURN(const pid_t pid, Spawn({.arguments = job.arguments,
                                           .environment = job.environment,
                                           .working_directory = job.working_directory,
                                           .standard_output = write_end.get(),
                                           .standard_error = write_end.get(),
                                           .new_session = true}));
  TrialProcess process(pid, std::move(read_end));
  const auto identity = IdentifyProcess(pid);
  if (identity.ok()) {
    // Without this file the operator could not clean up after a collector that was killed; that is
    // no reason to give the trial up.
    WriteFileAtomically(group_file, Encode(*identity), false).IgnoreError();
  }
  return process;
}

void TrialProcess::SignalGroup(int signal) const { kill(-pid_, signal); }

bool TrialProcess::Reap() {
  int status = 0;
  for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG)) {
    if (pid == pid_) {
      ended_ = true;
      wait_status_ = status;
    }
  }
  return ended_;
}

void TrialProcess::KillDescendants() {
  kill(-pid_, SIGKILL);
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
