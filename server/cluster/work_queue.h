#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <optional>

#include "base/clock.h"
#include "base/steady_cond_var.h"
#include "server/cluster/experiment_sync.h"

namespace qalam::cluster {

// What is to be looked at, and when. Thread-safe.
class WorkQueue {
 public:
  // A time of SteadyNow; the earlier of two counts.
  void Add(const ExperimentKey& key, Time when);
  // Waits for the next one that is due, and takes it out; nullopt once it is closed.
  std::optional<ExperimentKey> Take();
  void Close();

 private:
  absl::Mutex mutex_;
  SteadyCondVar changed_;
  std::map<ExperimentKey, Time> due_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace qalam::cluster
