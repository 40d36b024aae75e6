// What the controller's loop is to do next, from any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "base/clock.h"

namespace qalam {

// The standard library's condition variable, since it waits by the monotonic clock: one that waits
// by the machine's time sleeps for an hour longer when that is set back by an hour.
class EventQueue {
 public:
  using Event = std::function<void()>;

  // False, and the event is dropped, once the queue is closed.
  bool Post(Event event) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    events_.push_back(std::move(event));
    changed_.notify_one();
    return true;
  }
  // No further event comes; what is there may be taken still.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  // Until there is an event or the queue is closed, but no longer than this. False when closed.
  bool Await(Duration longest) {
    // What overflows no clock, and is longer than anything that is waited for.
    const auto limit =
        absl::ToChronoNanoseconds(std::clamp(longest, absl::ZeroDuration(), absl::Hours(24)));
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, limit, [this] { return closed_ || !events_.empty(); });
    return !closed_;
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return events_.size();
  }
  std::deque<Event> TakeAll() {
    const std::lock_guard lock(mutex_);
    return std::exchange(events_, {});
  }

 private:
  mutable std::mutex mutex_;  // of both fields below
  std::deque<Event> events_;
  bool closed_ = false;
  std::condition_variable changed_;
};

}  // namespace qalam
