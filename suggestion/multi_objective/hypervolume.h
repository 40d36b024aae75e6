// The hypervolume: how much of objective space a set of points dominates, up to a reference point.
#pragma once

#include <span>
#include <vector>

#include "suggestion/multi_objective/pareto.h"

namespace qalam {

// The volume of the union of the boxes between each point and `reference` (Zitzler and Thiele, PPSN
// 1998), smaller objectives being better. Points that are not better than the reference in every
// objective add nothing; a point at -infinity makes the volume infinite. Exact: O(n log n) for up
// to three objectives, by a sweep; for more, the exclusive volumes of While, Bradstreet and Barone
// (WFG; IEEE Trans. Evol. Comput. 16, 2012), sliced by the last objective.
double Hypervolume(std::span<const ObjectiveVector> points, const ObjectiveVector& reference);

// What each point alone dominates: the volume that would be lost without it; 0 for a dominated
// point and for each of several equal ones.
std::vector<double> ExclusiveHypervolumes(std::span<const ObjectiveVector> points,
                                          const ObjectiveVector& reference);

// A reference point for a set of points: a tenth of each objective's range beyond the worst, so
// that the ends of a front count a little (Ishibuchi, Imada, Setoguchi, Nojima, Evol. Comput. 26,
// 2018). Infinite objectives are passed over. Where the range is empty, a tenth of the value's size
// is taken, and a tenth where that is 0 too. Always finite. `points` must not be empty; give the
// non-dominated ones, or the poor points stretch the range.
ObjectiveVector ReferencePoint(std::span<const ObjectiveVector> points);

}  // namespace qalam
