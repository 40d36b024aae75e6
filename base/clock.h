#pragma once

#include <absl/time/time.h>

#include <string>

namespace qalam {

using Time = absl::Time;
using Duration = absl::Duration;

// Injected wherever the time is read, so that tests move it by hand.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time Now() const override;
};

// A clock that nobody sets and that begins anywhere; it stands still while the machine is
// suspended.
class MonotonicClock final : public Clock {
 public:
  Time Now() const override;
};

// The time of a MonotonicClock, for how long something takes or is waited for.
Time SteadyNow();

// RFC 3339 in UTC with microseconds, e.g. 2026-11-24T10:31:46.184736Z.
std::string FormatTime(Time time);
// False and unchanged output when `text` is not RFC 3339.
bool ParseTime(const std::string& text, Time* time);

}  // namespace qalam
