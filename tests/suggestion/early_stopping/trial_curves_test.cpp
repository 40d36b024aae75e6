#include "suggestion/early_stopping/trial_curves.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace qalam {
namespace {

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();
constexpr double kNothingYet = std::numeric_limits<double>::infinity();

}  // namespace

TEST_CASE("A curve knows its best value and its average up to each step", "[early-stopping]") {
  TrialCurve curve;
  curve.Add(2, 4);
  curve.Add(5, 1);
  curve.Add(9, 4);
  CHECK(curve.At(1) == nullptr);
  REQUIRE(curve.At(2) != nullptr);
  CHECK(curve.At(2)->average == 4);
  REQUIRE(curve.At(8) != nullptr);
  CHECK(curve.At(8)->step == 5);
  CHECK(curve.At(8)->average == 2.5);
  CHECK(curve.At(9)->best == 1);
  CHECK(curve.At(9)->average == 3);
  CHECK(curve.At(10) == nullptr);
}

TEST_CASE("Points without a step, or with one that has been, are the next", "[early-stopping]") {
  TrialCurve curve;
  for (const int64_t step : {-1, -1, 7, 3, -1}) curve.Add(step, 0);
  std::vector<int64_t> steps;
  for (const auto& point : curve.points()) steps.push_back(point.step);
  CHECK(steps == std::vector<int64_t>{1, 2, 7, 8, 9});
}

TEST_CASE("What is not a number counts neither for the best nor for the average",
          "[early-stopping]") {
  TrialCurve curve;
  curve.Add(1, kNoNumber);
  CHECK(curve.latest().best == kNothingYet);
  CHECK(curve.latest().average == kNothingYet);
  curve.Add(2, 3);
  curve.Add(3, kNoNumber);
  CHECK(std::isnan(curve.latest().loss));
  CHECK(curve.latest().best == 3);
  CHECK(curve.latest().average == 3);
}

TEST_CASE("Others count that have come as far", "[early-stopping]") {
  TrialCurves curves;
  curves.Add("me", 4, 0);
  curves.Add("short", 3, 5);
  curves.Add("long", 2, 6);
  curves.Add("long", 6, 1);
  curves.Add("late", 5, 9);
  CHECK(curves.OfOthers("me", 4, &TrialCurve::Point::best) == std::vector<double>{6});
  curves.Forget("long");
  CHECK(curves.OfOthers("me", 4, &TrialCurve::Point::best).empty());
}

TEST_CASE("Quantiles are interpolated between the order statistics", "[early-stopping]") {
  CHECK(Quantile({3, 1, 2}, 0.5) == 2);
  CHECK(Quantile({4, 1, 3, 2}, 0.5) == 2.5);
  CHECK(Quantile({10, 0}, 0.25) == 2.5);
  CHECK(Quantile({5}, 0.9) == 5);
  CHECK(Quantile({kNothingYet, kNothingYet, 1}, 0.75) == kNothingYet);
}

}  // namespace qalam
