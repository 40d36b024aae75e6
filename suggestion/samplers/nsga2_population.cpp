#include "suggestion/samplers/nsga2_population.h"

#include <algorithm>

namespace qalam {

namespace {

bool ByNumber(const Individual* a, const Individual* b) { return a->number < b->number; }

std::vector<double> FrontCrowding(const std::vector<const Individual*>& candidates,
                                  std::span<const size_t> front) {
  std::vector<const ObjectiveVector*> objectives;
  objectives.reserve(front.size());
  for (const size_t i : front) objectives.push_back(&candidates[i]->objectives);
  return CrowdingDistances(objectives);
}

}  // namespace

std::vector<RankedIndividual> SelectSurvivors(const std::vector<const Individual*>& candidates,
                                              size_t size) {
  auto [ranks, order] = OrderTrialsByRank(std::span(candidates));
  size = std::min(size, order.size());
  std::vector<double> crowding(candidates.size());
  // Fronts that are past the cut need no distances.
  for (size_t begin = 0, end = 0; begin < size; begin = end) {
    while (end < order.size() && ranks[order[end]] == ranks[order[begin]]) ++end;
    const std::span<size_t> front(&order[begin], end - begin);
    const std::vector<double> distances = FrontCrowding(candidates, front);
    for (size_t i = 0; i < front.size(); ++i) crowding[front[i]] = distances[i];
    if (end <= size) continue;
    std::sort(front.begin(), front.end(), [&](size_t a, size_t b) {
      return crowding[a] != crowding[b] ? crowding[a] > crowding[b] : a < b;
    });
  }
  order.resize(size);
  std::sort(order.begin(), order.end());
  std::vector<RankedIndividual> survivors;
  survivors.reserve(size);
  for (const size_t i : order) survivors.push_back({candidates[i], ranks[i], crowding[i]});
  return survivors;
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
