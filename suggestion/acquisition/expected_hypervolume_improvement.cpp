#include "suggestion/acquisition/expected_hypervolume_improvement.h"

#include <cmath>
#include <limits>

#include "suggestion/acquisition/log_expected_improvement.h"

namespace qalam {

namespace {

using Eigen::Index;

struct CellSide {
  double value, by_mean, by_deviation;
};

// log(E max(upper - y, 0) - E max(lower - y, 0)): how much of the cell's side y is expected to
// cover.
CellSide LogCovered(double lower, double upper, double mean, double deviation) {
  const double z = (upper - mean) / deviation;
  const Sloped whole = LogExpectedImprovement(z);
  double value = whole.value, by_mean = -whole.slope, by_deviation = -whole.slope * z;
  if (std::isfinite(lower)) {
    const double below_z = (lower - mean) / deviation;
    const Sloped below = LogExpectedImprovement(below_z);
    // Both the whole and what lies below rise with z, so the ratio is under 1.
    const double ratio = std::exp(below.value - whole.value);
    const double rest = -std::expm1(below.value - whole.value);
    value += std::log(rest);
    by_mean = (by_mean + ratio * below.slope) / rest;
    by_deviation = (by_deviation + ratio * below.slope * below_z) / rest;
  }
  return {value + std::log(deviation), by_mean / deviation, (by_deviation + 1) / deviation};
}

}  // namespace

HypervolumePromise LogExpectedHypervolumeImprovement(std::span<const Cell> cells,
                                                     const Eigen::VectorXd& means,
                                                     const Eigen::VectorXd& deviations) {
  const Index objectives = means.size();
  // The sum is kept relative to its largest term so far.
  double largest = -std::numeric_limits<double>::infinity();
  double sum = 0;
  HypervolumePromise promise{0, Eigen::VectorXd::Zero(objectives),
                             Eigen::VectorXd::Zero(objectives)};
  Eigen::VectorXd by_mean(objectives), by_deviation(objectives);
  for (const Cell& cell : cells) {
    double value = 0;
    for (Index i = 0; i < objectives; ++i) {
      const auto side = LogCovered(cell.lower[static_cast<size_t>(i)],
                                   cell.upper[static_cast<size_t>(i)], means(i), deviations(i));
      value += side.value;
      by_mean(i) = side.by_mean;
      by_deviation(i) = side.by_deviation;
    }
    // A side so thin that its ends are the same number here.
    if (!std::isfinite(value)) continue;
    if (value > largest) {
      const double shrink = std::exp(largest - value);
      sum *= shrink;
      promise.by_mean *= shrink;
      promise.by_deviation *= shrink;
      largest = value;
    }
    const double weight = std::exp(value - largest);
    sum += weight;
    promise.by_mean += weight * by_mean;
    promise.by_deviation += weight * by_deviation;
  }
  promise.value = largest + std::log(sum);
  promise.by_mean /= sum;
  promise.by_deviation /= sum;
  return promise;
}

}  // namespace qalam
