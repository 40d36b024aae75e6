#include "suggestion/samplers/tpe_pareto_order.h"

#include <algorithm>
#include <queue>

#include "suggestion/multi_objective/hypervolume.h"
#include "suggestion/multi_objective/pareto.h"

namespace qalam {

namespace {

// Which `count` of the front's points to take, in the order of taking. A point's gain only falls as
// others are taken, so one whose recomputed gain still leads need not be compared with the rest
// (Minoux, "Accelerated greedy algorithms for maximizing submodular set functions", 1978).
std::vector<size_t> GreedyHypervolume(std::span<const ObjectiveVector> front, size_t count) {
  const ObjectiveVector reference = ReferencePoint(front);
  struct Candidate {
    double gain;
    size_t index;
    size_t computed_for;  // how many points were taken then
    bool operator<(const Candidate& other) const {
      return gain != other.gain ? gain < other.gain : index > other.index;
    }
  };
  std::priority_queue<Candidate> queue;
  for (size_t i = 0; i < front.size(); ++i) {
    queue.push({Hypervolume({&front[i], 1}, reference), i, 0});
  }
  std::vector<size_t> taken;
  std::vector<ObjectiveVector> points;
  double volume = 0;
  while (taken.size() < count) {
    Candidate top = queue.top();
    queue.pop();
    points.push_back(front[top.index]);
    const double with_it = Hypervolume(points, reference);
    if (top.computed_for == taken.size()) {
      volume = with_it;
      taken.push_back(top.index);
      continue;
    }
    points.pop_back();
    queue.push({with_it - volume, top.index, taken.size()});
  }
  return taken;
}

}  // namespace

std::vector<const Observation*> OrderByObjectives(std::span<const Observation* const> observations,
                                                  size_t good_count) {
  auto [ranks, order] = OrderTrialsByRank(observations);
  if (good_count > 0 && good_count < order.size() &&
      ranks[order[good_count - 1]] == ranks[order[good_count]]) {
    const auto of_rank = [&ranks = ranks, rank = ranks[order[good_count]]](size_t i) {
      return ranks[i] != rank;
    };
    const auto begin = std::find_if_not(order.begin(), order.end(), of_rank);
    const auto end = std::find_if(begin, order.end(), of_rank);
    std::vector<ObjectiveVector> front;
    for (auto i = begin; i != end; ++i) front.push_back(observations[*i]->objectives);
    const std::vector<size_t> members(begin, end);
    const size_t wanted = good_count - static_cast<size_t>(begin - order.begin());
    std::vector<bool> is_taken(members.size(), false);
    auto place = begin;
    for (const size_t i : GreedyHypervolume(front, wanted)) {
      is_taken[i] = true;
      *place++ = members[i];
    }
    for (size_t i = 0; i < members.size(); ++i) {
      if (!is_taken[i]) *place++ = members[i];
    }
  }
  std::vector<const Observation*> ordered;
  for (const size_t i : order) ordered.push_back(observations[i]);
  return ordered;
}

}  // namespace qalam
