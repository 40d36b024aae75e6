#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "base/clock.h"

namespace qalam {

// A clock that stands still until the test moves it. Thread-safe.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time Now() const override {
    absl::MutexLock lock(&mutex_);
    return now_;
  }
  void Advance(Duration by) {
    absl::MutexLock lock(&mutex_);
    now_ += by;
  }

 private:
  mutable absl::Mutex mutex_;
  Time now_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
