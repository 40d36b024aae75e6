#include "suggestion/acquisition/expected_hypervolume_improvement.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"
#include "suggestion/acquisition/log_expected_improvement.h"
#include "suggestion/multi_objective/hypervolume.h"

namespace qalam {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// A front on the simplex, so that no point dominates another.
std::vector<ObjectiveVector> Front(size_t objectives, RandomStream& stream) {
  std::vector<ObjectiveVector> front;
  for (int i = 0; i < 6; ++i) {
    ObjectiveVector point(objectives);
    double sum = 0;
    for (double& value : point) sum += value = stream.Uniform() + 0.05;
    for (double& value : point) value /= sum;
    front.push_back(point);
  }
  return front;
}

}  // namespace

TEST_CASE("The expected hypervolume improvement is what sampling finds", "[hypervolume]") {
  const size_t objectives = GENERATE(2u, 3u);
  const double mean = GENERATE(0.2, 0.5, 0.8);
  CAPTURE(objectives, mean);
  RandomStream stream(1, static_cast<int64_t>(objectives), "hypervolume");
  auto front = Front(objectives, stream);
  const ObjectiveVector reference(objectives, 1.0);
  const auto cells = UndominatedCells(front, reference);
  const auto count = static_cast<Index>(objectives);
  const VectorXd means = VectorXd::LinSpaced(count, mean, mean + 0.1);
  const VectorXd deviations = VectorXd::LinSpaced(count, 0.3, 0.1);
  const double before = Hypervolume(front, reference);
  double sum = 0, squares = 0;
  constexpr int kDraws = 40000;
  front.emplace_back(objectives);
  for (int draw = 0; draw < kDraws; ++draw) {
    for (Index i = 0; i < count; ++i) {
      front.back()[static_cast<size_t>(i)] = means(i) + deviations(i) * stream.Normal();
    }
    const double gain = Hypervolume(front, reference) - before;
    sum += gain;
    squares += gain * gain;
  }
  const double average = sum / kDraws;
  const double error = std::sqrt((squares / kDraws - average * average) / kDraws);
  const double value = std::exp(LogExpectedHypervolumeImprovement(cells, means, deviations).value);
  CHECK(std::abs(value - average) < 4 * error);
}

TEST_CASE("With one objective it is the expected improvement", "[hypervolume]") {
  const double mean = GENERATE(-3.0, 0.0, 40.0);
  const std::vector<ObjectiveVector> front = {{0.5}};
  const auto promise = LogExpectedHypervolumeImprovement(
      UndominatedCells(front, {1.0}), VectorXd::Constant(1, mean), VectorXd::Constant(1, 2.0));
  CHECK(promise.value ==
        Approx(LogExpectedImprovement((0.5 - mean) / 2).value + std::log(2.0)).epsilon(1e-12));
}

TEST_CASE("Slopes of the hypervolume improvement match finite differences", "[hypervolume]") {
  const size_t objectives = GENERATE(2u, 3u);
  // From well inside to where the improvement is below the least double.
  const double mean = GENERATE(-1.0, 0.4, 5.0, 60.0);
  CAPTURE(objectives, mean);
  RandomStream stream(2, static_cast<int64_t>(objectives), "slopes");
  const auto cells = UndominatedCells(Front(objectives, stream), ObjectiveVector(objectives, 1.0));
  const auto count = static_cast<Index>(objectives);
  const VectorXd means = VectorXd::LinSpaced(count, mean, mean + 0.1);
  const VectorXd deviations = VectorXd::LinSpaced(count, 0.4, 0.2);
  const auto promise = LogExpectedHypervolumeImprovement(cells, means, deviations);
  REQUIRE(std::isfinite(promise.value));
  constexpr double kStep = 1e-6;
  for (Index i = 0; i < count; ++i) {
    const VectorXd step = kStep * VectorXd::Unit(count, i);
    const auto difference = [&](const VectorXd& by_mean, const VectorXd& by_deviation) {
      const auto at = [&](double sign) {
        return LogExpectedHypervolumeImprovement(cells, means + sign * by_mean,
                                                 deviations + sign * by_deviation)
            .value;
      };
      return (at(1) - at(-1)) / (2 * kStep);
    };
    const VectorXd nothing = VectorXd::Zero(count);
    CHECK(promise.by_mean(i) == Approx(difference(step, nothing)).epsilon(1e-4).margin(1e-7));
    CHECK(promise.by_deviation(i) == Approx(difference(nothing, step)).epsilon(1e-4).margin(1e-7));
  }
}

}  // namespace qalam
