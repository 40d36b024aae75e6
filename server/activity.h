#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <array>
#include <cstdint>

#include "base/clock.h"

namespace qalam {

// How much happened in the last minute, in steps of a second. Thread-safe.
class Activity {
 public:
  void Add(int64_t points, int64_t ended_trials, Time now);

  struct Rates {
    double points_per_second = 0;
    double trials_per_minute = 0;
  };
  // Over the last minute, or since the first Add when that is less.
  Rates Get(Time now) const;

 private:
  static constexpr int64_t kSeconds = 60;
  struct Second {
    int64_t second = -1;  // Unix time
    int64_t points = 0, trials = 0;
  };

  mutable absl::Mutex mutex_;
  std::array<Second, kSeconds> seconds_ ABSL_GUARDED_BY(mutex_);
  int64_t first_ ABSL_GUARDED_BY(mutex_) = -1;
};

}  // namespace qalam
