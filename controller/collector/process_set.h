// The processes of a trial, one or several, and everything they start.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/collector/recorder.h"
#include "controller/collector/trial_process.h"

namespace qalam::collector {

class ProcessSet {
 public:
  // What the processes that have ended by now make of the trial. The first failure decides, and
  // after a success nothing is a failure any more.
  enum class Verdict { kOpen, kSucceeded, kFailed, kStopped };

  // Starts the job's command and its replicas, or leaves none running. Their outputs go to the
  // folder. This process becomes the parent of what they leave behind.
  static StatusOr<ProcessSet> Start(const std::string& directory, const Job& job);

  // Of those that lead the groups, the primary one first.
  std::vector<pid_t> Leaders() const;
  // Reaps whatever has ended; what a process leaves behind in its group ends with it. `other` is
  // told of every process that is none of the set. True once every process of the set has ended.
  bool Reap(const std::function<void(pid_t pid, int status)>& other);
  Verdict verdict() const { return verdict_; }
  // From now on the processes end because they are told to.
  void SetStopped() { verdict_ = Verdict::kStopped; }
  // How the trial's end is to be told: of the processes that failed, or else of the primary one.
  Result Describe() const;

  // To the groups of all processes that have not ended.
  void Signal(int signal) const;
  // Only to those that serve the others.
  void SignalServing(int signal) const;
  // Kills what is left of the groups and of processes that went out of them, and reaps them.
  void KillDescendants();

  // The ends of the pipes, to be polled.
  std::vector<int> Outputs() const;
  // Passes on what the primary process has written and keeps what the others have. True when there
  // may be more.
  bool ReadOutput(const std::function<void(std::string_view)>& take);
  // Of the others' output, because the disk was full.
  uint64_t lost_bytes() const { return lost_bytes_; }

 private:
  struct Member {
    std::string name;  // empty where it is alone
    bool needed;
    bool serves;
    TrialProcess process;
    AppendedFile log;  // not of the primary one
  };

  Status Add(const std::string& directory, const std::string& name, const Command& command,
             bool needed, bool serves);
  void Judge();
  std::string DescribeMember(size_t index) const;

  std::vector<Member> members_;  // the primary one first
  Verdict verdict_ = Verdict::kOpen;
  std::vector<size_t> failed_;  // those that were found to have failed first, at one time
  uint64_t lost_bytes_ = 0;
};

}  // namespace qalam::collector
