// One command of a trial.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>

#include "base/files.h"
#include "base/status.h"
#include "controller/collector/job.h"

namespace qalam::collector {

class TrialProcess {
 public:
  // Starts the command in a session and process group of its own, with its output in a pipe.
  static StatusOr<TrialProcess> Start(const Command& command);

  // Of the command, which leads its group.
  pid_t pid() const { return pid_; }
  // The pipe's end to read from, to be polled; -1 once it is at its end.
  int output() const { return output_.get(); }
  // Passes on what has come through the pipe. Bounded, so that a command that writes without end
  // holds nothing up: true when there may be more.
  bool ReadOutput(const std::function<void(std::string_view)>& take);
  // Sends the signal to the whole group.
  void SignalGroup(int signal) const;

  // It has been reaped, with the status that waitpid gave.
  void SetEnded(int wait_status);
  bool has_ended() const { return ended_; }
  bool has_succeeded() const { return ended_ && wait_status_ == 0; }
  int wait_status() const { return wait_status_; }
  // "exited with status 3"
  std::string DescribeEnd() const;

 private:
  TrialProcess(pid_t pid, FileDescriptor output) : pid_(pid), output_(std::move(output)) {}

  pid_t pid_;
  FileDescriptor output_;
  bool ended_ = false;
  int wait_status_ = 0;
};

}  // namespace qalam::collector
