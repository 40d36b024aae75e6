#pragma once

#include <cmath>
#include <numbers>

namespace qalam {

// The standard normal's distribution function, from its complement, which keeps the digits of the
// lower tail.
inline double NormalCdf(double x) { return 0.5 * std::erfc(-x / std::numbers::sqrt2); }

}  // namespace qalam
