// Small changes to a point of a finite space.
#pragma once

#include <vector>

#include "suggestion/search_space.h"

namespace qalam {

// The one-exchange neighbourhood: the points that differ from `point` in one parameter. A category
// becomes any other one; a number or an entry of a list of numbers goes 1, 2, 4, 8, ... places up
// or down its range, so that far values are a few moves away. A parameter that turns active takes
// its middle value, and one may turn inactive only from there: so the relation is symmetric. Every
// dimension must be finite.
std::vector<Point> Neighbours(const SearchSpace& space, const Point& point);

}  // namespace qalam
