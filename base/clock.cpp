#include "base/clock.h"

#include <absl/time/clock.h>

#include <ctime>

namespace qalam {

Time SystemClock::Now() const { return absl::Now(); }

Time MonotonicClock::Now() const { return SteadyNow(); }

Time SteadyNow() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return absl::TimeFromTimespec(now);
}

std::string FormatTime(Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

bool ParseTime(const std::string& text, Time* time) {
  Time parsed;
  std::string error;
  if (!absl::ParseTime(absl::RFC3339_full, text, &parsed, &error)) return false;
  *time = parsed;
  return true;
}

}  // namespace qalam
