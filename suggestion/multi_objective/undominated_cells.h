#pragma once

#include <span>
#include <vector>

#include "suggestion/multi_objective/pareto.h"

namespace qalam {

// A box of objective space; lower corners may be at -infinity.
struct Cell {
  ObjectiveVector lower, upper;
};

// Cuts what is better than `reference` in every objective and dominated by no point of `front` into
// cells that do not overlap (Lacour, Klamroth, Fonseca, Computers and Operations Research 79, 2017,
// in slabs along the last objective, joined where they go on). With n points there are at most n +
// 1 cells for two objectives and 2 n + 1 for three; for more, far more. Points that are not better
// than the reference in every objective count for nothing. `reference` is finite.
std::vector<Cell> UndominatedCells(std::span<const ObjectiveVector> front,
                                   const ObjectiveVector& reference);

}  // namespace qalam
