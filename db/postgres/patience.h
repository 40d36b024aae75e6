#pragma once

#include <absl/time/clock.h>

#include <algorithm>

#include "base/clock.h"

namespace qalam::postgres {

// How long something is tried again, with growing pauses.
class Patience {
 public:
  explicit Patience(Duration longest) : deadline_(absl::Now() + longest) {}

  Time deadline() const { return deadline_; }
  // False once it is over; else waits a little.
  bool TryAgain() {
    if (absl::Now() + pause_ > deadline_) return false;
    absl::SleepFor(pause_);
    pause_ = std::min(2 * pause_, absl::Milliseconds(500));
    return true;
  }

 private:
  const Time deadline_;
  Duration pause_ = absl::Milliseconds(5);
};

}  // namespace qalam::postgres
