#include "suggestion/surrogate/truncated_normal.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace qalam {

namespace {

// Cubic Hermite interpolation errs by at most step^4 / 384 times the fourth derivative (below 1.4),
// here 2e-10. Beyond the reach a tail holds less than 1e-15.
constexpr double kReach = 8;
constexpr int kPerUnit = 64;
constexpr int kNodes = 2 * static_cast<int>(kReach) * kPerUnit + 1;

struct Node {
  double value, slope;  // slope over one step
};

std::array<Node, kNodes> MakeTable() {
  std::array<Node, kNodes> table;
  for (int i = 0; i < kNodes; ++i) {
    const double x = static_cast<double>(i) / kPerUnit - kReach;
    table[i].value = 0.5 * std::erfc(-x / std::numbers::sqrt2);
    table[i].slope = std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi) / kPerUnit;
  }
  return table;
}

}  // namespace

double TabulatedNormalCdf(double x) {
  static const std::array<Node, kNodes> table = MakeTable();
  if (x <= -kReach) return 0;
  if (x >= kReach) return 1;
  const double position = (x + kReach) * kPerUnit;
  const int i = std::min(static_cast<int>(position), kNodes - 2);
  const double t = position - i;
  const Node& left = table[i];
  const Node& right = table[i + 1];
  const double rise = right.value - left.value;
  const double quadratic = 3 * rise - 2 * left.slope - right.slope;
  const double cubic = left.slope + right.slope - 2 * rise;
  return left.value + t * (left.slope + t * (quadratic + t * cubic));
}

double TruncatedNormalMass(double center, double deviation) {
  const double inverse = 1 / deviation;
  return TabulatedNormalCdf((1 - center) * inverse) - TabulatedNormalCdf(-center * inverse);
}

double SampleTruncatedNormal(double center, double deviation, RandomStream& stream) {
  const double low = TabulatedNormalCdf(-center / deviation);
  const double high = TabulatedNormalCdf((1 - center) / deviation);
  const double x = center + deviation * NormalQuantile(low + (high - low) * stream.Uniform());
  return std::clamp(x, 0.0, 1.0);  // also an infinity, from a share of exactly 0 or 1
}

}  // namespace qalam
