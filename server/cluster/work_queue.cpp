#include "server/cluster/work_queue.h"

#include <absl/time/clock.h>

#include <algorithm>

namespace qalam::cluster {

void WorkQueue::Add(const ExperimentKey& key, Time when) {
  absl::MutexLock lock(&mutex_);
  const auto [entry, is_new] = due_.emplace(key, when);
  if (!is_new) entry->second = std::min(entry->second, when);
  changed_.Signal();
}

std::optional<ExperimentKey> WorkQueue::Take() {
  absl::MutexLock lock(&mutex_);
  while (!closed_) {
    const auto next = std::min_element(
        due_.begin(), due_.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (next == due_.end()) {
      changed_.Wait(&mutex_);
    } else if (next->second <= absl::Now()) {
      const ExperimentKey key = next->first;
      due_.erase(next);
      return key;
    } else {
      changed_.WaitWithDeadline(&mutex_, next->second);
    }
  }
  return std::nullopt;
}

void WorkQueue::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  changed_.SignalAll();
}

}  // namespace qalam::cluster
