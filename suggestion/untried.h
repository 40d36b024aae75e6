#pragma once

#include <cstdint>
#include <functional>

#include "base/random.h"
#include "base/status.h"
#include "suggestion/history.h"
#include "suggestion/search_space.h"

namespace qalam {

// So many draws are made before a space counts as one without a point that keeps its constraints.
inline constexpr int kMostFeasibleDraws = 10000;
// Walks over the points of a finite space end after so many steps.
inline constexpr uint64_t kMostSteps = 1 << 22;

// A point from `draw` that is not taken. When the draws keep meeting points that break constraints,
// uniform ones that keep them are tried; when they keep meeting taken points of a finite space, the
// first untried one after a random place is given; when all are taken, one that keeps the
// constraints where one was found.
Point DrawUntried(const SearchSpace& space, const TakenPoints& taken, RandomStream& stream,
                  const std::function<Point()>& draw);

// A point drawn uniformly from the part of the unit cube that keeps the constraints; one that
// breaks them when kMostFeasibleDraws draws found no other.
Point DrawUniform(const SearchSpace& space, RandomStream& stream);

// Point number `index` of a finite space, the last dimension varying fastest; index < cardinality.
// False when it is another point's double, because an inactive dimension is not at its first value.
bool PointAt(const SearchSpace& space, uint64_t index, Point& point);

// INVALID_ARGUMENT when no point that keeps the constraints was found, neither by drawing nor, in a
// finite space of at most kMostSteps points, by looking at every one.
Status CheckFeasible(const SearchSpace& space);

}  // namespace qalam
