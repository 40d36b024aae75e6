#include "suggestion/multi_objective/hypervolume.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"

namespace qalam {
namespace {

constexpr double kUnboundedSide = std::numeric_limits<double>::infinity();

// Whole numbers, some of them past the reference.
std::vector<ObjectiveVector> RandomFront(int count, int objectives, int side) {
  RandomStream stream(5, objectives, "test.points");
  std::vector<ObjectiveVector> points(count);
  for (auto& point : points) {
    for (int i = 0; i < objectives; ++i) {
      point.push_back(static_cast<double>(stream.UniformInt(side + 1)));
    }
  }
  return points;
}

// By the definition: counts the unit cells of [0, side)^objectives that a point dominates.
double CountCells(const std::vector<ObjectiveVector>& points, int objectives, int side) {
  std::vector<int> cell(objectives, 0);
  double count = 0;
  while (true) {
    for (const auto& point : points) {
      bool covered = true;
      for (int i = 0; i < objectives; ++i) covered = covered && point[i] <= cell[i];
      if (covered) {
        ++count;
        break;
      }
    }
    int digit = 0;
    while (digit < objectives && ++cell[digit] == side) cell[digit++] = 0;
    if (digit == objectives) return count;
  }
}

}  // namespace

TEST_CASE("Hypervolumes agree with closed forms", "[hypervolume]") {
  CHECK(Hypervolume({}, {1, 1}) == 0);
  CHECK(Hypervolume(std::vector<ObjectiveVector>{{0.25}, {0.5}}, {1}) == 0.75);
  CHECK(Hypervolume(std::vector<ObjectiveVector>{{0, 2}, {1, 1}, {2, 0}}, {3, 3}) == 6);
  // Points on the diagonal x + y = 1 with spacing 1/n: a staircase of area 1/2 - 1/(2n).
  constexpr int kSteps = 100;
  std::vector<ObjectiveVector> line;
  for (int i = 0; i <= kSteps; ++i) line.push_back({i / 100.0, 1 - i / 100.0});
  CHECK(Hypervolume(line, {1, 1}) == Approx(0.5 - 0.5 / kSteps));
  // Two boxes of d objectives that share a corner: inclusion and exclusion.
  for (int d = 2; d <= 6; ++d) {
    ObjectiveVector a(d, 0.5), b(d, 0.5), reference(d, 1);
    a[0] = 0;
    b[d - 1] = 0;
    CHECK(Hypervolume(std::vector<ObjectiveVector>{a, b}, reference) ==
          Approx(3 * std::pow(0.5, d)));
  }
}

TEST_CASE("Hypervolumes agree with counting cells", "[hypervolume]") {
  const int objectives = GENERATE(1, 2, 3, 4, 5);
  const int side = GENERATE(2, 6);
  CAPTURE(objectives, side);
  const ObjectiveVector reference(objectives, side);
  auto points = RandomFront(30, objectives, side);
  const double volume = CountCells(points, objectives, side);
  CHECK(Hypervolume(points, reference) == volume);

  points.resize(12);
  const double whole = CountCells(points, objectives, side);
  const auto exclusive = ExclusiveHypervolumes(points, reference);
  for (size_t i = 0; i < points.size(); ++i) {
    auto others = points;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    CHECK(exclusive[i] == whole - CountCells(others, objectives, side));
  }
}

TEST_CASE("Infinite and huge objectives give numbers", "[hypervolume]") {
  for (size_t d = 1; d <= 5; ++d) {
    ObjectiveVector low(d, 0), high(d, 0), huge(d, -1.7e308);
    low[0] = -kUnboundedSide;
    high[0] = kUnboundedSide;
    const ObjectiveVector reference(d, 1);
    CHECK(Hypervolume(std::vector<ObjectiveVector>{low, high}, reference) == kUnboundedSide);
    CHECK(Hypervolume(std::vector<ObjectiveVector>{high}, reference) == 0);
    CHECK(!std::isnan(Hypervolume(std::vector<ObjectiveVector>{huge, low, high}, reference)));
    for (const double x :
         ExclusiveHypervolumes(std::vector<ObjectiveVector>{huge, low, high}, reference)) {
      CHECK(!std::isnan(x));
    }
  }
}

TEST_CASE("The reference point lies a tenth of the range beyond the worst", "[hypervolume]") {
  const auto reference = ReferencePoint(std::vector<ObjectiveVector>{
      {0, 5, 0, kUnboundedSide, -1.7e308}, {10, 5, 0, -kUnboundedSide, 1.7e308}});
  CHECK(reference[0] == Approx(11));
  CHECK(reference[1] == Approx(5.5));
  CHECK(reference[2] == Approx(0.1));
  CHECK(reference[3] == Approx(0.1));
  CHECK(std::isfinite(reference[4]));
}

}  // namespace qalam
