#include "suggestion/samplers/neighbourhood.h"

#include <cmath>
#include <limits>

namespace qalam {

namespace {

std::vector<uint64_t> NeighbouringRanks(const Dimension& dimension, uint64_t rank) {
  const uint64_t count = dimension.cardinality();
  std::vector<uint64_t> ranks;
  if (dimension.is_categorical()) {
    for (uint64_t other = 0; other < count; ++other) {
      if (other != rank) ranks.push_back(other);
    }
    return ranks;
  }
  for (uint64_t step = 1; step < count; step *= 2) {
    if (rank >= step) ranks.push_back(rank - step);
    if (rank + step < count) ranks.push_back(rank + step);
  }
  return ranks;
}

// Activates and deactivates what depends on a parameter that changed. False when a parameter that
// is not at its middle value would be lost.
bool FollowConditions(const SearchSpace& space, Point& point) {
  // A parent takes its children along, at most as deep as there are dimensions.
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t i = 0; i < space.size(); ++i) {
      const double middle = space[i].ValueAt(space[i].cardinality() / 2);
      const bool was_active = !std::isnan(point.values[i]);
      if (space.IsActive(i, point) == was_active) continue;
      if (was_active && point.values[i] != middle) return false;
      point.values[i] = was_active ? std::numeric_limits<double>::quiet_NaN() : middle;
      changed = true;
    }
  }
  return true;
}

}  // namespace

std::vector<Point> Neighbours(const SearchSpace& space, const Point& point) {
  std::vector<Point> neighbours;
  for (size_t i = 0; i < space.size(); ++i) {
    if (std::isnan(point.values[i])) continue;
    for (const uint64_t rank : NeighbouringRanks(space[i], space[i].IndexOf(point.values[i]))) {
      Point neighbour = point;
      neighbour.values[i] = space[i].ValueAt(rank);
      if (FollowConditions(space, neighbour)) neighbours.push_back(std::move(neighbour));
    }
  }
  return neighbours;
}

}  // namespace qalam
