#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>

#include "base/clock.h"
#include "base/steady_cond_var.h"

namespace qalam::kubernetes {

// Ends what a thread does with the API from another thread: requests in flight, waits, and all that
// come later. Thread-safe. One thread uses it at a time, and any may cancel.
class Cancellation {
 public:
  Cancellation() = default;
  Cancellation(const Cancellation&) = delete;
  Cancellation& operator=(const Cancellation&) = delete;

  // Returns when no request is in flight any more. A connection that is just being made is waited
  // for, as long as that may take (ConnectionOptions). Not to be called from within a request.
  void Cancel();
  bool IsCancelled() const;
  // False, at once, when it is cancelled.
  bool SleepFor(Duration duration) const;

  // While it lives, a request is in flight that `stop` ends. `stop` is called from the thread that
  // cancels, perhaps several times.
  class InFlight {
   public:
    InFlight(Cancellation* cancellation, std::function<void()> stop);
    ~InFlight();
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    Cancellation* const cancellation_;
  };

 private:
  mutable absl::Mutex mutex_;
  mutable SteadyCondVar changed_;  // either of the fields below
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  std::function<void()> stop_ ABSL_GUARDED_BY(mutex_);  // null when nothing is in flight
};

}  // namespace qalam::kubernetes
