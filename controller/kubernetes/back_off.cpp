#include "controller/kubernetes/back_off.h"

#include <absl/time/time.h>

#include <algorithm>

namespace qalam::kubernetes {

Duration BackOff::Next(Duration asked) {
  // SplitMix64: that clients differ is all that is asked of it.
  state_ += 0x9E3779B97F4A7C15u;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  const double share = 0.5 + 0.5 * static_cast<double>((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53;
  const Duration delay = next_ * share;
  next_ = std::min(next_ * 2, longest_);
  return std::max(delay, asked);
}

std::optional<Duration> ParseRetryAfter(const std::string& text, Time now) {
  if (text.empty()) return std::nullopt;
  if (text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos) {
    return absl::Seconds(std::stoi(text));
  }
  Time until;
  std::string error;
  if (!absl::ParseTime("%a, %d %b %Y %H:%M:%S GMT", text, &until, &error)) return std::nullopt;
  return std::max(until - now, absl::ZeroDuration());
}

}  // namespace qalam::kubernetes
