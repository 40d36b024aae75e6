#include "controller/clock_steps.h"

namespace qalam {

namespace {

// Gradual correction (adjtime, at most 500 millionths) takes half an hour for it, and whatever is
// waited for in the controller can stand it.
constexpr Duration kLeastStep = absl::Seconds(1);

}  // namespace

ClockSteps::ClockSteps(const Clock& clock, const Clock* steady) : clock_(clock), steady_(steady) {
  if (steady_ != nullptr) ahead_ = clock_.Now() - steady_->Now();
}

Time ClockSteps::Now() const { return steady_ == nullptr ? clock_.Now() : steady_->Now() + ahead_; }

Duration ClockSteps::Look() {
  if (steady_ == nullptr) return absl::ZeroDuration();
  const Duration ahead = clock_.Now() - steady_->Now();
  const Duration step = ahead - ahead_;
  ahead_ = ahead;
  return absl::AbsDuration(step) < kLeastStep ? absl::ZeroDuration() : step;
}

}  // namespace qalam
