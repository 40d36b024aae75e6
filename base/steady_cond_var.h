// Waiting beside an absl::Mutex, whatever becomes of the machine's clock.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>

#include "base/clock.h"

namespace qalam {

// As absl::CondVar, but that it waits by the monotonic clock: Abseil of 2022 waits for a time of
// the machine's clock, and sleeps for an hour longer when that is set back by an hour.
class SteadyCondVar {
 public:
  void Signal() { changed_.notify_one(); }
  void SignalAll() { changed_.notify_all(); }

  // Until a signal, but no longer than this; may end early for no reason.
  void WaitFor(absl::Mutex* mutex, Duration longest) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Held held{mutex};
    changed_.wait_until(held, Deadline(longest));
  }
  // Until `holds` after a signal, but no longer than this. Whether it holds.
  template <typename Condition>
  bool WaitFor(absl::Mutex* mutex, Duration longest, Condition holds)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    Held held{mutex};
    return changed_.wait_until(held, Deadline(longest), holds);
  }

 private:
  // The mutex by the names that the standard library has for its methods.
  struct Held {
    void lock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Lock(); }
    void unlock() ABSL_NO_THREAD_SAFETY_ANALYSIS { mutex->Unlock(); }
    absl::Mutex* mutex;
  };

  static std::chrono::steady_clock::time_point Deadline(Duration longest) {
    // What overflows no clock, and is longer than anything that is waited for.
    return std::chrono::steady_clock::now() +
           absl::ToChronoNanoseconds(std::clamp(longest, absl::ZeroDuration(), absl::Hours(24)));
  }

  std::condition_variable_any changed_;
};

}  // namespace qalam
