#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

namespace qalam {

// The most recently used sessions by key; each is locked by its user for the length of a call, so
// that calls for one experiment take turns and those for different ones do not wait.
template <typename Session>
class SessionCache {
 public:
  struct Entry {
    absl::Mutex mutex;
    Session session ABSL_GUARDED_BY(mutex);
  };

  explicit SessionCache(size_t most) : most_(most) {}

  // Made when it is not there. One that is dropped lives on until its last user lets go.
  std::shared_ptr<Entry> Get(const std::string& key) {
    absl::MutexLock lock(&mutex_);
    const auto found = places_.find(key);
    if (found != places_.end()) {
      order_.splice(order_.begin(), order_, found->second);
      return found->second->second;
    }
    order_.emplace_front(key, std::make_shared<Entry>());
    places_[key] = order_.begin();
    if (order_.size() > most_) {
      places_.erase(order_.back().first);
      order_.pop_back();
    }
    return order_.front().second;
  }

  void Drop(const std::string& key) {
    absl::MutexLock lock(&mutex_);
    const auto found = places_.find(key);
    if (found == places_.end()) return;
    order_.erase(found->second);
    places_.erase(found);
  }

 private:
  using Order = std::list<std::pair<std::string, std::shared_ptr<Entry>>>;

  const size_t most_;
  absl::Mutex mutex_;
  Order order_ ABSL_GUARDED_BY(mutex_);  // the last used first
  std::unordered_map<std::string, typename Order::iterator> places_ ABSL_GUARDED_BY(mutex_);
};

// A session holds its whole history; a thousand running experiments are more than one process
// serves.
inline constexpr size_t kMostSessions = 1000;

}  // namespace qalam
