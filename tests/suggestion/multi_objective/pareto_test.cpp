#include "suggestion/multi_objective/pareto.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>

#include "base/random.h"

namespace qalam {
namespace {

constexpr double kWorst = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

// Few distinct values, so that ties and equal points abound.
std::vector<ObjectiveVector> RandomOutcomes(int count, int objectives, uint64_t values) {
  RandomStream stream(11, objectives, "test.points");
  std::vector<ObjectiveVector> points(count);
  for (auto& point : points) {
    for (int i = 0; i < objectives; ++i) {
      point.push_back(static_cast<double>(stream.UniformInt(values)));
    }
  }
  return points;
}

// By the definition: peel off what nothing left dominates.
std::vector<int> SlowRanks(const std::vector<ObjectiveVector>& points) {
  std::vector<int> ranks(points.size(), -1);
  size_t ranked = 0;
  for (int rank = 0; ranked < points.size(); ++rank) {
    std::vector<size_t> front;
    for (size_t i = 0; i < points.size(); ++i) {
      if (ranks[i] >= 0) continue;
      bool dominated = false;
      for (size_t j = 0; j < points.size(); ++j) {
        if (ranks[j] < 0 && Dominates(points[j], points[i])) dominated = true;
      }
      if (!dominated) front.push_back(i);
    }
    for (const size_t i : front) ranks[i] = rank;
    ranked += front.size();
  }
  return ranks;
}

}  // namespace

TEST_CASE("A point dominates when it is nowhere worse and somewhere better", "[pareto]") {
  CHECK(Dominates({1, 2}, {1, 3}));
  CHECK(!Dominates({1, 2}, {1, 2}));
  CHECK(!Dominates({1, 2}, {2, 1}));
  CHECK(Dominates({-kWorst, 0}, {0, 0}));
  CHECK(!Dominates({kWorst, 0}, {kWorst, 0}));
}

TEST_CASE("What is missing or not a number ranks last", "[pareto]") {
  CHECK(RankedObjectives({.objectives = {1, kNan}}, 3) == ObjectiveVector{1, kWorst, kWorst});
  CHECK(RankedObjectives({.state = TrialState::kFailed, .objectives = {1}}, 1) ==
        ObjectiveVector{kWorst});
  CHECK(RankedObjectives({.state = TrialState::kEarlyStopped, .objectives = {1}}, 1) ==
        ObjectiveVector{1});
}

TEST_CASE("Violations add up and unknown ones are infinite", "[pareto]") {
  CHECK(TotalViolation({.violations = {-3, 0.5, 2}}, 3) == 2.5);
  CHECK(TotalViolation({.violations = {-3, -1}}, 2) == 0);
  CHECK(TotalViolation({.violations = {-3, kNan}}, 2) == kWorst);
  CHECK(TotalViolation({.violations = {-3}}, 2) == kWorst);
  CHECK(TotalViolation({}, 0) == 0);
  CHECK(TotalViolation({.state = TrialState::kFailed}, 0) == kWorst);
}

TEST_CASE("Ranks agree with peeling off fronts", "[pareto]") {
  const int objectives = GENERATE(1, 2, 3, 5);
  const uint64_t values = GENERATE(3, 20, 1000);
  CAPTURE(objectives, values);
  auto points = RandomOutcomes(120, objectives, values);
  points[5][0] = kWorst;
  points[6][0] = -kWorst;
  points[7].assign(objectives, kWorst);
  CHECK(NonDominatedRanks(PointersTo(points)) == SlowRanks(points));
  CHECK(NonDominatedRanks({}).empty());
}

TEST_CASE("Feasible points rank before infeasible ones", "[pareto]") {
  const std::vector<ObjectiveVector> points = {{0, 0}, {2, 2}, {3, 3}, {1, 1}, {9, 9}};
  const std::vector<double> violations = {5, 0, 0, kWorst, 5};
  CHECK(ConstrainedRanks(PointersTo(points), violations) == std::vector<int>{2, 0, 1, 3, 2});
  CHECK(ConstrainedRanks(PointersTo(points), std::vector<double>(5, 0)) ==
        NonDominatedRanks(PointersTo(points)));
  CHECK(ConstrainedRanks(PointersTo(points), std::vector<double>(5, 1)) == std::vector<int>(5, 0));
}

TEST_CASE("Crowding distances are the gaps between neighbours", "[pareto]") {
  // Ranges are 4 and 10: the point in between gets (3 - 0)/4 + (10 - 2)/10 and so on.
  const std::vector<ObjectiveVector> front = {{3, 2}, {0, 10}, {1, 5}, {4, 0}};
  const auto distances = CrowdingDistances(PointersTo(front));
  CHECK(distances[0] == Approx((4 - 1) / 4.0 + (5 - 0) / 10.0));
  CHECK(distances[1] == kWorst);
  CHECK(distances[2] == Approx((3 - 0) / 4.0 + (10 - 2) / 10.0));
  CHECK(distances[3] == kWorst);
}

TEST_CASE("Crowding distances are numbers for extreme objectives", "[pareto]") {
  const std::vector<ObjectiveVector> front = {
      {-kWorst, kWorst}, {-1.7e308, 3}, {0, 1}, {1.7e308, -1}, {kWorst, -kWorst}};
  for (const double distance : CrowdingDistances(PointersTo(front))) CHECK(!std::isnan(distance));
  CHECK(CrowdingDistances(PointersTo(front))[2] == Approx(1 + 1));
  const std::vector<ObjectiveVector> equal(4, {2, 2});
  for (const double distance : CrowdingDistances(PointersTo(equal))) CHECK(!std::isnan(distance));
}

}  // namespace qalam
