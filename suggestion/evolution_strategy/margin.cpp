#include "suggestion/evolution_strategy/margin.h"

#include <algorithm>
#include <cmath>

#include "suggestion/math/normal_distribution.h"

namespace qalam {

namespace {

// x with P(z > x) = tail. Far tails end at 38 deviations, past which doubles hold no probability.
double UpperQuantile(double tail) { return -NormalQuantile(std::max(tail, 1e-300)); }

// The mean lies in an outermost cell (every cell of a binary parameter is one): it may go no
// farther from the only edge than where `margin` still crosses it.
double NearEnough(double mean, double edge, double deviation, double margin) {
  const double farthest = deviation * UpperQuantile(margin);
  return edge + std::clamp(mean - edge, -farthest, farthest);
}

// The mean lies between two edges: the tails beyond them are raised to margin / 2 and the rest is
// shared so that the probabilities sum to one; then mean and deviation are solved for.
void FitBetween(double low_edge, double high_edge, double margin, double& mean, double& deviation) {
  const double below = NormalCdf((low_edge - mean) / deviation);
  const double above = NormalCdf((mean - high_edge) / deviation);
  const double least = margin / 2;
  if (below >= least && above >= least) return;
  const double middle = 1 - below - above;
  const double raised_below = std::max(below, least);
  const double raised_above = std::max(above, least);
  const double share = (1 - raised_below - raised_above - middle) /
                       (raised_below + raised_above + middle - 3 * least);
  const double low_quantile = UpperQuantile(raised_below + share * (raised_below - least));
  const double high_quantile = UpperQuantile(raised_above + share * (raised_above - least));
  mean = (low_edge * high_quantile + high_edge * low_quantile) / (low_quantile + high_quantile);
  deviation = (high_edge - low_edge) / (low_quantile + high_quantile);
}

}  // namespace

void ApplyMargin(const std::vector<LatentSpace::Number>& numbers, double margin,
                 SearchDistribution& distribution) {
  for (size_t k = 0; k < numbers.size(); ++k) {
    if (!numbers[k].grid) continue;
    const CellGrid& grid = *numbers[k].grid;
    const auto i = static_cast<Eigen::Index>(k);
    double& mean = distribution.mean(i);
    double deviation = distribution.StandardDeviation(i);
    const int64_t cell = grid.Find(mean);
    if (cell == 0 || cell == grid.count() - 1) {
      mean = NearEnough(mean, grid.Edge(cell == 0 ? 1 : cell), deviation, margin);
    } else {
      const double before = deviation;
      FitBetween(grid.Edge(cell), grid.Edge(cell + 1), margin, mean, deviation);
      distribution.scale(i) *= deviation / before;
    }
  }
}

void KeepNearCube(const std::vector<LatentSpace::Number>& numbers,
                  SearchDistribution& distribution) {
  // One standard deviation: a sixth of the samples fall inside, enough to be called back.
  constexpr double kReach = 1;
  for (size_t k = 0; k < numbers.size(); ++k) {
    if (numbers[k].grid) continue;
    const auto i = static_cast<Eigen::Index>(k);
    const double reach = kReach * distribution.StandardDeviation(i);
    distribution.mean(i) = std::clamp(distribution.mean(i), -reach, 1 + reach);
  }
}

}  // namespace qalam
