#include "suggestion/multi_objective/undominated_cells.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/random.h"
#include "suggestion/multi_objective/hypervolume.h"

namespace qalam {
namespace {

ObjectiveVector Draw(size_t objectives, RandomStream& stream) {
  ObjectiveVector vector(objectives);
  for (double& value : vector) value = stream.Uniform();
  return vector;
}

bool Holds(const Cell& cell, const ObjectiveVector& vector) {
  for (size_t i = 0; i < vector.size(); ++i) {
    if (vector[i] <= cell.lower[i] || vector[i] >= cell.upper[i]) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("Cells cover what is not dominated, once", "[hypervolume]") {
  const size_t objectives = GENERATE(1u, 2u, 3u, 4u);
  const size_t size = GENERATE(0u, 1u, 9u);
  CAPTURE(objectives, size);
  RandomStream stream(size, static_cast<int64_t>(objectives), "cells");
  std::vector<ObjectiveVector> front;
  for (size_t i = 0; i < size; ++i) front.push_back(Draw(objectives, stream));
  if (size > 1) front.push_back(front[0]);  // twins change nothing
  const ObjectiveVector reference(objectives, 0.9);
  const auto cells = UndominatedCells(front, reference);
  for (int i = 0; i < 500; ++i) {
    const ObjectiveVector vector = Draw(objectives, stream);
    const bool outside =
        std::any_of(vector.begin(), vector.end(), [](double v) { return v > 0.9; });
    const bool dominated = std::any_of(front.begin(), front.end(),
                                       [&](const auto& point) { return Dominates(point, vector); });
    const auto holding =
        std::count_if(cells.begin(), cells.end(), [&](const auto& c) { return Holds(c, vector); });
    CHECK(holding == (outside || dominated ? 0 : 1));
  }
}

TEST_CASE("Cells and the hypervolume together fill the box", "[hypervolume]") {
  const size_t objectives = GENERATE(2u, 3u, 4u);
  CAPTURE(objectives);
  RandomStream stream(1, static_cast<int64_t>(objectives), "box");
  std::vector<ObjectiveVector> front;
  for (int i = 0; i < 12; ++i) front.push_back(Draw(objectives, stream));
  const ObjectiveVector reference(objectives, 1.0);
  double volume = Hypervolume(front, reference);
  for (const auto& cell : UndominatedCells(front, reference)) {
    double part = 1;
    for (size_t i = 0; i < objectives; ++i) part *= cell.upper[i] - std::max(cell.lower[i], 0.0);
    volume += part;
  }
  CHECK(volume == Approx(1));
}

}  // namespace qalam
