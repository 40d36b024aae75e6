#include "server/activity.h"

#include <algorithm>

namespace qalam {

void Activity::Add(int64_t points, int64_t ended_trials, Time now) {
  const int64_t second = absl::ToUnixSeconds(now);
  absl::MutexLock lock(&mutex_);
  if (first_ < 0) first_ = second;
  Second& slot = seconds_[second % kSeconds];
  if (slot.second != second) slot = {.second = second};
  slot.points += points;
  slot.trials += ended_trials;
}

Activity::Rates Activity::Get(Time now) const {
  const int64_t second = absl::ToUnixSeconds(now);
  absl::MutexLock lock(&mutex_);
  if (first_ < 0) return {};
  int64_t points = 0, trials = 0;
  for (const auto& slot : seconds_) {
    if (slot.second <= second - kSeconds) continue;
    points += slot.points;
    trials += slot.trials;
  }
  const double span = static_cast<double>(std::clamp<int64_t>(second - first_ + 1, 1, kSeconds));
  return {static_cast<double>(points) / span, static_cast<double>(trials) / span * 60};
}

}  // namespace qalam
