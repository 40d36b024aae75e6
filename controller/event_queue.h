// What the controller's loop is to do next, from any thread.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <utility>

#include "base/steady_cond_var.h"

namespace qalam {

// Waits by the monotonic clock, whatever becomes of the machine's.
class EventQueue {
 public:
  using Event = std::function<void()>;

  // False, and the event is dropped, once the queue is closed.
  bool Post(Event event) {
    absl::MutexLock lock(&mutex_);
    if (closed_) return false;
    events_.push_back(std::move(event));
    changed_.Signal();
    return true;
  }
  // No further event comes; what is there may be taken still.
  void Close() {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    changed_.Signal();
  }
  // Until there is an event or the queue is closed, but no longer than this. False when closed.
  bool Await(Duration longest) {
    absl::MutexLock lock(&mutex_);
    changed_.WaitFor(&mutex_, longest, [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return closed_ || !events_.empty();
    });
    return !closed_;
  }
  size_t size() const {
    absl::MutexLock lock(&mutex_);
    return events_.size();
  }
  std::deque<Event> TakeAll() {
    absl::MutexLock lock(&mutex_);
    return std::exchange(events_, {});
  }

 private:
  mutable absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyCondVar changed_;
};

}  // namespace qalam
