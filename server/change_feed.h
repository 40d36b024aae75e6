// Wakes those who watch an experiment.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <map>
#include <string>

#include "base/clock.h"

namespace qalam {

// Thread-safe. A change carries no content: watchers read the store again.
class ChangeFeed {
 public:
  void Publish(const std::string& experiment_uid);
  // The number of changes so far; 0 for an experiment never heard of.
  uint64_t Sequence(const std::string& experiment_uid) const;
  // Returns the new sequence once it differs from `seen`, or `seen` after the timeout.
  uint64_t WaitPast(const std::string& experiment_uid, uint64_t seen, Duration timeout) const;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, uint64_t> sequences_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
