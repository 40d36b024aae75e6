#include "server/identity/rate_limit.h"

#include <algorithm>

namespace qalam {

RateLimit::Bucket& RateLimit::Filled(const std::string& key, Time now) {
  const auto gained = [&](const Bucket& bucket) {
    // A clock that steps back takes nothing away.
    return std::max(0.0, absl::ToDoubleSeconds(now - bucket.filled)) * rate_.per_second;
  };
  if (buckets_.size() >= kMostKeys && !buckets_.contains(key)) {
    std::erase_if(buckets_, [&](const auto& entry) {
      return entry.second.left + gained(entry.second) >= rate_.burst;
    });
    if (buckets_.size() >= kMostKeys) buckets_.clear();
  }
  Bucket& bucket = buckets_.try_emplace(key, Bucket{rate_.burst, now}).first->second;
  bucket.left = std::min(rate_.burst, bucket.left + gained(bucket));
  bucket.filled = now;
  return bucket;
}

Duration RateLimit::Peek(const std::string& key, Time now) {
  if (rate_.per_second <= 0) return absl::ZeroDuration();
  absl::MutexLock lock(&mutex_);
  const Bucket& bucket = Filled(key, now);
  if (bucket.left >= 1) return absl::ZeroDuration();
  return absl::Seconds((1 - bucket.left) / rate_.per_second);
}

Duration RateLimit::Take(const std::string& key, Time now) {
  if (rate_.per_second <= 0) return absl::ZeroDuration();
  absl::MutexLock lock(&mutex_);
  Bucket& bucket = Filled(key, now);
  if (bucket.left < 1) return absl::Seconds((1 - bucket.left) / rate_.per_second);
  --bucket.left;
  return absl::ZeroDuration();
}

}  // namespace qalam
