#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.h"

namespace qalam::kubernetes {

// How long to wait after each failure in a row: twice as long as before, up to `longest`, of which
// a random half is left out, so that many who failed together do not come back together.
class BackOff {
 public:
  BackOff(Duration first, Duration longest, uint64_t seed)
      : first_(first), longest_(longest), next_(first), state_(seed) {}

  // After one more failure. At least `asked`, what the server said itself.
  Duration Next(Duration asked = absl::ZeroDuration());
  void Reset() { next_ = first_; }

 private:
  const Duration first_, longest_;
  Duration next_;
  uint64_t state_;
};

// Of a Retry-After header, seconds or a date; nullopt when it says nothing.
std::optional<Duration> ParseRetryAfter(const std::string& text, Time now);

}  // namespace qalam::kubernetes
