#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <string>
#include <unordered_map>

#include "base/clock.h"

namespace qalam {

struct Rate {
  double per_second = 0;  // 0: no limit
  double burst = 1;       // at once after a quiet time
};

// A bucket of tokens for each key, such as a caller's name. Thread-safe.
class RateLimit {
 public:
  // Buckets that are full again are forgotten; with more keys than this, so are the others.
  static constexpr size_t kMostKeys = 10'000;

  explicit RateLimit(const Rate& rate) : rate_(rate) {}

  // Takes one: zero, or how long to wait until there is one again.
  Duration Take(const std::string& key, Time now);
  // Whether there is one, without taking it.
  Duration Peek(const std::string& key, Time now);

 private:
  struct Bucket {
    double left;
    Time filled;
  };
  Bucket& Filled(const std::string& key, Time now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Rate rate_;
  absl::Mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
