// Ranking of trials with several objectives, all of them to be made small.
#pragma once

#include <span>
#include <vector>

#include "suggestion/sampler.h"

namespace qalam {

// One vector a trial, one number an objective. The functions below take vectors of one length, with
// infinities of either sign but without NaN: RankedObjectives makes them.
using ObjectiveVector = std::vector<double>;
// Several of them, where they lie: ranking runs at every trial and should copy none.
using ObjectiveVectors = std::span<const ObjectiveVector* const>;
std::vector<const ObjectiveVector*> PointersTo(std::span<const ObjectiveVector> points);

// A trial's objectives, ready for ranking: NaN and what is missing count as +infinity, and so does
// all of a trial that neither succeeded nor was stopped early.
ObjectiveVector RankedObjectives(const TrialResult& result, int objective_count);

// The sum of what is broken: 0 when every constraint holds, infinity when one is not known, when
// fewer than `constraint_count` are given or when the trial neither succeeded nor was stopped
// early.
double TotalViolation(const TrialResult& result, int constraint_count);

// Whether `a` is nowhere worse than `b` and somewhere better.
bool Dominates(const ObjectiveVector& a, const ObjectiveVector& b);

// The front each point belongs to: 0 for those that none dominates, 1 for those that only front 0
// dominates, and so on. Equal points share a rank. O(n log n) for one and two objectives (patience
// sorting); for more, a search over the fronts in lexicographic order, O(objectives n^2) at worst
// (Zhang, Tian, Cheng, Jin, IEEE Trans. Evol. Comput. 19, 2015).
std::vector<int> NonDominatedRanks(ObjectiveVectors points);

// The same with constraint domination (Deb et al., IEEE Trans. Evol. Comput. 6, 2002, definition
// 1): fronts of feasible points come first, then the infeasible ones from the least violation to
// the greatest, whatever their objectives. `violations` holds each point's TotalViolation.
std::vector<int> ConstrainedRanks(ObjectiveVectors points, std::span<const double> violations);

struct RankOrder {
  std::vector<int> ranks;     // of each, in the order given
  std::vector<size_t> order;  // the places in `ranks` from the best rank on, equals as they come
};
RankOrder OrderByRank(std::vector<int> ranks);

// By ConstrainedRanks. A trial has `objectives` and a `violation`.
template <typename Trial>
RankOrder OrderTrialsByRank(std::span<const Trial* const> trials) {
  std::vector<const ObjectiveVector*> objectives;
  std::vector<double> violations;
  objectives.reserve(trials.size());
  violations.reserve(trials.size());
  for (const Trial* trial : trials) {
    objectives.push_back(&trial->objectives);
    violations.push_back(trial->violation);
  }
  return OrderByRank(ConstrainedRanks(objectives, violations));
}

// The crowding distance of the points of one front (Deb et al. 2002, section III.B): the sum over
// objectives of the gap between a point's neighbours, as a part of the front's range; infinite at
// the ends. An infinite objective is placed one range beyond the finite ones. Of equal points the
// earlier is the nearer to the low end.
std::vector<double> CrowdingDistances(ObjectiveVectors front);

}  // namespace qalam
