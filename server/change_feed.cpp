#include "server/change_feed.h"

namespace qalam {

void ChangeFeed::Publish(const std::string& experiment_uid) {
  absl::MutexLock lock(&mutex_);
  ++sequences_[experiment_uid];
}

uint64_t ChangeFeed::Sequence(const std::string& experiment_uid) const {
  absl::MutexLock lock(&mutex_);
  const auto entry = sequences_.find(experiment_uid);
  return entry == sequences_.end() ? 0 : entry->second;
}

uint64_t ChangeFeed::WaitPast(const std::string& experiment_uid, uint64_t seen,
                              Duration timeout) const {
  uint64_t current = seen;
  const auto changed = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    const auto entry = sequences_.find(experiment_uid);
    current = entry == sequences_.end() ? 0 : entry->second;
    return current != seen;
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&changed), timeout);
  return current;
}

}  // namespace qalam
