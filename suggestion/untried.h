#pragma once

#include <functional>

#include "base/random.h"
#include "suggestion/history.h"
#include "suggestion/search_space.h"

namespace qalam {

// A point from `draw` that is not taken. When the draws keep meeting taken points of a finite
// space, the first untried one after a random place is given; when all are taken, the last draw is.
Point DrawUntried(const SearchSpace& space, const TakenPoints& taken, RandomStream& stream,
                  const std::function<Point()>& draw);

// A point drawn uniformly from the unit cube.
Point DrawUniform(const SearchSpace& space, RandomStream& stream);

// Point number `index` of a finite space, the last dimension varying fastest; index < cardinality.
// False when it is another point's double, because an inactive dimension is not at its first value.
bool PointAt(const SearchSpace& space, uint64_t index, Point& point);

}  // namespace qalam
