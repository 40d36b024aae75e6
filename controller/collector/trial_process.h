// The trial's command and everything it starts.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

#include "base/files.h"
#include "base/status.h"
#include "controller/collector/job.h"

namespace qalam::collector {

class TrialProcess {
 public:
  // Starts the command in a session and process group of its own, with its output in a pipe. This
  // process becomes the parent of what the command leaves behind.
  static StatusOr<TrialProcess> Start(const Job& job);

  // Of the command, which leads its group.
  pid_t pid() const { return pid_; }

  // The pipe's end to read from; it does not block.
  int output() const { return output_.get(); }
  // Sends the signal to the whole group.
  void SignalGroup(int signal) const;
  // Reaps whatever has ended. True once the command itself has; `other` is told of everything else.
  bool Reap(const std::function<void(pid_t pid, int status)>& other);
  // As waitpid gives it; only after Reap was true.
  int wait_status() const { return wait_status_; }
  // Kills what is left of the group and of processes that went out of it, and reaps them.
  void KillDescendants();

 private:
  TrialProcess(pid_t pid, FileDescriptor output) : pid_(pid), output_(std::move(output)) {}

  pid_t pid_;
  FileDescriptor output_;
  bool ended_ = false;
  int wait_status_ = 0;
};

}  // namespace qalam::collector
