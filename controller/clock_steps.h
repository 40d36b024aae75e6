// Whether somebody has set the machine's clock.
#pragma once

#include "base/clock.h"

namespace qalam {

// A clock that may be set, compared with one that cannot be. Between two looks it goes on as it
// was: whoever moves what waits after a look finds no time on the way that is not moved yet.
class ClockSteps final : public Clock {
 public:
  // Without a `steady` clock there are no steps. The clocks must outlive the object.
  ClockSteps(const Clock& clock, const Clock* steady);

  Time Now() const override;
  // By how much the clock has been set forward (back, where negative) since the last call; zero for
  // what drift and gradual correction do.
  Duration Look();

 private:
  const Clock& clock_;
  const Clock* const steady_;
  Duration ahead_;  // of the steady clock
};

}  // namespace qalam
