// Reads the logs of many containers into their trials' folders.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/steady_cond_var.h"
#include "controller/kubernetes/client.h"
#include "controller/operators/kubernetes/trial_log.h"

namespace qalam {

// A container whose log is wanted.
struct WantedLog {
  std::string name_space, pod, container;
  LogSource source;
  bool ended = false;  // the container has: what its log has now is all of it
};

// Each log is followed by a thread while there are few of them; beyond that the threads go round
// and read what is new. Thread-safe.
class LogPump {
 public:
  // From any thread: the log is complete, or has brought points.
  using Told = std::function<void(const std::string& key, bool complete)>;

  LogPump(kubernetes::Client& client, Told told, size_t most_threads = 64);
  ~LogPump();
  LogPump(const LogPump&) = delete;
  LogPump& operator=(const LogPump&) = delete;

  // From now on, for this key; again with what has changed. A log that is complete is not read
  // again.
  void Want(const std::string& key, std::shared_ptr<TrialLog> log, const WantedLog& wanted);
  // Returns once nobody uses the key's log any more.
  void Forget(const std::string& key);

 private:
  struct Entry {
    std::shared_ptr<TrialLog> log;
    WantedLog wanted;
    Time due;
    Duration delay;
    bool at_work = false;
    // Of the read that is at work.
    std::shared_ptr<kubernetes::Cancellation> cancellation;
    bool following = false;
    bool changed = false;  // what is wanted, since the read began
  };

  void Work();
  // The key of the entry that is due first; the time until then, when it is not yet.
  std::string Next(Time now, Duration* wait) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Whether there was anything.
  bool ReadOne(const std::string& key, const WantedLog& wanted, bool follow, TrialLog& log,
               kubernetes::Cancellation& cancellation);
  // One run of the container; `wanted.source` names it.
  bool ReadRun(const std::string& key, const WantedLog& wanted, kubernetes::LogRequest request,
               TrialLog& log, kubernetes::Cancellation& cancellation);
  // Those that are followed have to share their threads now.
  std::vector<std::shared_ptr<kubernetes::Cancellation>> Followed()
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  kubernetes::Client& client_;
  const Told told_;
  const size_t most_threads_;
  absl::Mutex mutex_;
  SteadyCondVar changed_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
