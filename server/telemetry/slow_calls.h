#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <string>
#include <vector>

#include "base/clock.h"

namespace qalam {

struct SlowCall {
  Time began;
  std::string what;  // "store Commit"
  Duration took;
  std::string code;
};

// The latest calls that took long, for whoever looks for a cause. Thread-safe.
class SlowCalls {
 public:
  static constexpr Duration kLeast = absl::Milliseconds(250);
  static constexpr size_t kMost = 200;

  void Note(const std::string& what, Duration took, const std::string& code, Time now) {
    if (took < kLeast) return;
    absl::MutexLock lock(&mutex_);
    calls_.push_back({now - took, what, took, code});
    if (calls_.size() > kMost) calls_.pop_front();
  }
  std::vector<SlowCall> List() const {
    absl::MutexLock lock(&mutex_);
    return {calls_.begin(), calls_.end()};
  }

 private:
  mutable absl::Mutex mutex_;
  std::deque<SlowCall> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
