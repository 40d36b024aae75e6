#include "server/cluster/work_queue.h"

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
      changed_.WaitFor(&mutex_, absl::InfiniteDuration());
    } else if (next->second <= SteadyNow()) {
      const ExperimentKey key = next->first;
      due_.erase(next);
      return key;
    } else {
      changed_.WaitFor(&mutex_, next->second - SteadyNow());
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
