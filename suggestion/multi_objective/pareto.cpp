#include "suggestion/multi_objective/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace qalam {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool IsMeasured(const TrialResult& result) {
  return result.state == TrialState::kSucceeded || result.state == TrialState::kEarlyStopped;
}

// A point's place and the number it is sorted by, side by side so that sorting follows no pointers.
struct Keyed {
  double key;
  size_t place;
};

// By the objectives, then by place; `key` is the first objective.
std::vector<Keyed> LexicographicOrder(ObjectiveVectors points) {
  std::vector<Keyed> order(points.size());
  for (size_t i = 0; i < points.size(); ++i) order[i] = {points[i]->front(), i};
  std::sort(order.begin(), order.end(), [&](const Keyed& a, const Keyed& b) {
    if (a.key != b.key) return a.key < b.key;
    const auto comparison = *points[a.place] <=> *points[b.place];
    return comparison != 0 ? comparison < 0 : a.place < b.place;
  });
  return order;
}

// In lexicographic order a front's second objective only falls, so its last member alone decides
// whether it dominates the next point; and a front dominates whatever a later front dominates.
class TwoObjectiveFronts {
 public:
  int Insert(const ObjectiveVector& point) {
    const double second = point.size() > 1 ? point[1] : 0;
    const auto front = std::upper_bound(lowest_.begin(), lowest_.end(), second);
    const int rank = static_cast<int>(front - lowest_.begin());
    if (front == lowest_.end()) {
      lowest_.push_back(second);
    } else {
      *front = second;
    }
    return rank;
  }

 private:
  std::vector<double> lowest_;  // the second objective of each front's last member; ascending
};

// No later point dominates an earlier one in lexicographic order.
class ManyObjectiveFronts {
 public:
  int Insert(const ObjectiveVector& point) {
    const auto front = std::partition_point(
        fronts_.begin(), fronts_.end(), [&](const std::vector<const ObjectiveVector*>& members) {
          return std::any_of(members.rbegin(), members.rend(), [&](const ObjectiveVector* member) {
            return Dominates(*member, point);
          });
        });
    const int rank = static_cast<int>(front - fronts_.begin());
    if (front == fronts_.end()) {
      fronts_.push_back({&point});
    } else {
      front->push_back(&point);
    }
    return rank;
  }

 private:
  std::vector<std::vector<const ObjectiveVector*>> fronts_;
};

template <typename Fronts>
std::vector<int> RanksBy(ObjectiveVectors points) {
  std::vector<int> ranks(points.size());
  Fronts fronts;
  const ObjectiveVector* previous = nullptr;
  int rank = 0;
  for (const auto& [first, i] : LexicographicOrder(points)) {
    // Equal points follow each other and share the rank of the first.
    if (previous == nullptr || *points[i] != *previous) rank = fronts.Insert(*points[i]);
    ranks[i] = rank;
    previous = points[i];
  }
  return ranks;
}

// The finite range of one objective over a front, halved so that no difference overflows.
struct HalfRange {
  double low = kInfinity, high = -kInfinity;

  void Widen(double value) {
    if (!std::isfinite(value)) return;
    low = std::min(low, value / 2);
    high = std::max(high, value / 2);
  }
  // In units of the range: [0, 1] when finite, one range beyond when infinite.
  double Place(double value) const {
    if (value == kInfinity) return 2;
    if (value == -kInfinity) return -1;
    return high > low ? (value / 2 - low) / (high - low) : 0;
  }
};

}  // namespace

ObjectiveVector RankedObjectives(const TrialResult& result, int objective_count) {
  ObjectiveVector objectives(static_cast<size_t>(objective_count), kInfinity);
  if (!IsMeasured(result)) return objectives;
  for (size_t i = 0; i < std::min(objectives.size(), result.objectives.size()); ++i) {
    if (!std::isnan(result.objectives[i])) objectives[i] = result.objectives[i];
  }
  return objectives;
}

double TotalViolation(const TrialResult& result, int constraint_count) {
  if (!IsMeasured(result)) return kInfinity;
  if (result.violations.size() < static_cast<size_t>(constraint_count)) return kInfinity;
  double total = 0;
  for (const double violation : result.violations) {
    if (std::isnan(violation)) return kInfinity;
    total += std::max(violation, 0.0);
  }
  return total;
}

bool Dominates(const ObjectiveVector& a, const ObjectiveVector& b) {
  bool better = false;
  for (size_t i = 0; i < a.size(); ++i) {
    if (a[i] > b[i]) return false;
    better = better || a[i] < b[i];
  }
  return better;
}

std::vector<const ObjectiveVector*> PointersTo(std::span<const ObjectiveVector> points) {
  std::vector<const ObjectiveVector*> pointers;
  pointers.reserve(points.size());
  for (const ObjectiveVector& point : points) pointers.push_back(&point);
  return pointers;
}

std::vector<int> NonDominatedRanks(ObjectiveVectors points) {
  if (points.empty()) return {};
  return points[0]->size() <= 2 ? RanksBy<TwoObjectiveFronts>(points)
                                : RanksBy<ManyObjectiveFronts>(points);
}

std::vector<int> ConstrainedRanks(ObjectiveVectors points, std::span<const double> violations) {
  std::vector<const ObjectiveVector*> feasible;
  feasible.reserve(points.size());
  std::vector<double> broken;
  for (size_t i = 0; i < points.size(); ++i) {
    if (violations[i] > 0) {
      broken.push_back(violations[i]);
    } else {
      feasible.push_back(points[i]);
    }
  }
  const std::vector<int> fronts = NonDominatedRanks(feasible);
  const int front_count = fronts.empty() ? 0 : *std::max_element(fronts.begin(), fronts.end()) + 1;
  std::sort(broken.begin(), broken.end());
  broken.erase(std::unique(broken.begin(), broken.end()), broken.end());

  std::vector<int> ranks(points.size());
  size_t next_feasible = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    if (violations[i] > 0) {
      const auto place = std::lower_bound(broken.begin(), broken.end(), violations[i]);
      ranks[i] = front_count + static_cast<int>(place - broken.begin());
    } else {
      ranks[i] = fronts[next_feasible++];
    }
  }
  return ranks;
}

RankOrder OrderByRank(std::vector<int> ranks) {
  const int count = ranks.empty() ? 0 : *std::max_element(ranks.begin(), ranks.end()) + 1;
  std::vector<size_t> places(static_cast<size_t>(count) + 1, 0);  // where each rank begins
  for (const int rank : ranks) ++places[static_cast<size_t>(rank) + 1];
  std::partial_sum(places.begin(), places.end(), places.begin());
  std::vector<size_t> order(ranks.size());
  for (size_t i = 0; i < ranks.size(); ++i) order[places[static_cast<size_t>(ranks[i])]++] = i;
  return {std::move(ranks), std::move(order)};
}

std::vector<double> CrowdingDistances(ObjectiveVectors front) {
  std::vector<double> distances(front.size(), 0);
  if (front.empty()) return distances;
  std::vector<Keyed> order(front.size());
  for (size_t objective = 0; objective < front[0]->size(); ++objective) {
    HalfRange range;
    for (size_t i = 0; i < front.size(); ++i) {
      order[i] = {(*front[i])[objective], i};
      range.Widen(order[i].key);
    }
    std::sort(order.begin(), order.end(), [](const Keyed& a, const Keyed& b) {
      return a.key != b.key ? a.key < b.key : a.place < b.place;
    });
    distances[order.front().place] = kInfinity;
    distances[order.back().place] = kInfinity;
    for (size_t i = 1; i + 1 < order.size(); ++i) {
      distances[order[i].place] += range.Place(order[i + 1].key) - range.Place(order[i - 1].key);
    }
  }
  return distances;
}

}  // namespace qalam
