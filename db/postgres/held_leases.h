#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <map>
#include <optional>

namespace qalam::postgres {

// Which experiments this server may change, by their rows, and under which fence. Thread-safe.
class HeldLeases {
 public:
  struct Lease {
    int64_t server = 0;
    int64_t fence = 0;
  };

  std::optional<Lease> Find(int64_t experiment) const {
    absl::MutexLock lock(&mutex_);
    const auto lease = leases_.find(experiment);
    return lease == leases_.end() ? std::nullopt : std::optional(lease->second);
  }
  // Somebody else was found to have it.
  void Lose(int64_t experiment) {
    absl::MutexLock lock(&mutex_);
    leases_.erase(experiment);
  }
  void Clear() { Replace({}); }
  void Replace(std::map<int64_t, Lease> leases) {
    absl::MutexLock lock(&mutex_);
    leases_ = std::move(leases);
  }

 private:
  mutable absl::Mutex mutex_;
  std::map<int64_t, Lease> leases_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::postgres
