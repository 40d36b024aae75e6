#include "suggestion/samplers/nsga2_population.h"

#include <algorithm>
#include <numeric>

namespace qalam {

namespace {

bool ByNumber(const Individual* a, const Individual* b) { return a->number < b->number; }

// Fills in the crowding distance within each front of `ranked`, which is in order of rank.
// `objectives` are those of `ranked`, in its order.
void MeasureCrowding(std::vector<RankedIndividual>& ranked,
                     std::span<const ObjectiveVector> objectives) {
  for (size_t begin = 0, end = 0; begin < ranked.size(); begin = end) {
    while (end < ranked.size() && ranked[end].rank == ranked[begin].rank) ++end;
    const std::vector<double> distances = CrowdingDistances(objectives.subspan(begin, end - begin));
    for (size_t i = begin; i < end; ++i) ranked[i].crowding = distances[i - begin];
  }
}

}  // namespace

std::vector<RankedIndividual> SelectSurvivors(const std::vector<const Individual*>& candidates,
                                              size_t size) {
  std::vector<ObjectiveVector> objectives;
  std::vector<double> violations;
  for (const Individual* candidate : candidates) {
    objectives.push_back(candidate->objectives);
    violations.push_back(candidate->violation);
  }
  const std::vector<int> ranks = ConstrainedRanks(objectives, violations);
  std::vector<size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return ranks[a] < ranks[b]; });
  std::vector<RankedIndividual> ranked;
  std::vector<ObjectiveVector> in_order;
  for (const size_t i : order) {
    // Fronts that are past the cut need no distances.
    if (ranked.size() >= size && ranks[i] > ranked[size - 1].rank) break;
    ranked.push_back({candidates[i], ranks[i], 0});
    in_order.push_back(std::move(objectives[i]));
  }
  MeasureCrowding(ranked, in_order);
  if (ranked.size() > size) {
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.Beats(b); });
    ranked.resize(size);
  }
  std::sort(ranked.begin(), ranked.end(),
            [](const auto& a, const auto& b) { return ByNumber(a.individual, b.individual); });
  return ranked;
}

void Nsga2Population::Add(Individual individual) {
  const auto size = static_cast<int64_t>(size_);
  int64_t index = individual.number / size;
  if (individual.number % size < 0) --index;  // rounds down, also below zero
  individuals_.push_back(std::move(individual));
  const Individual* added = &individuals_.back();
  auto& members = generations_[index].members;
  members.insert(std::upper_bound(members.begin(), members.end(), added, ByNumber), added);
  stale_from_ = std::min(index, stale_from_.value_or(index));
}

const std::vector<RankedIndividual>& Nsga2Population::Survivors() {
  // Only what follows the first news has to be selected anew; it is near the end as a rule.
  auto generation = stale_from_ ? generations_.lower_bound(*stale_from_) : generations_.end();
  const std::vector<RankedIndividual>* survivors =
      generation == generations_.begin() ? &nobody_ : &std::prev(generation)->second.survivors;
  for (; generation != generations_.end(); ++generation) {
    std::vector<const Individual*> candidates;
    for (const auto& survivor : *survivors) candidates.push_back(survivor.individual);
    const auto& members = generation->second.members;
    candidates.insert(candidates.end(), members.begin(), members.end());
    generation->second.survivors = SelectSurvivors(candidates, size_);
    survivors = &generation->second.survivors;
  }
  stale_from_.reset();
  return *survivors;
}

}  // namespace qalam
