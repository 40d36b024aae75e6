// Whether somebody has set the machine's clock.
#pragma once

#include "base/clock.h"

namespace qalam {

// Compares a clock that may be set with one that cannot be.
class ClockSteps {
 public:
  // Without a `steady` clock there are no steps. The clocks must outlive the object.
  ClockSteps(const Clock& clock, const Clock* steady);

  // By how much the clock has been set forward (back, where negative) since the last call; zero for
  // what drift and gradual correction do.
  Duration Look();

 private:
  const Clock& clock_;
  const Clock* const steady_;
  Duration ahead_;  // of the steady clock
};

}  // namespace qalam
