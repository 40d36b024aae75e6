#include "suggestion/multi_objective/front_archive.h"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "suggestion/history.h"

namespace qalam {

namespace {

// Warm-start results may share a number; their points then decide.
bool Precedes(const FrontArchive::Entry& a, const FrontArchive::Entry& b) {
  if (a.objectives != b.objectives || a.number != b.number) {
    return std::tie(a.objectives, a.number) < std::tie(b.objectives, b.number);
  }
  return PointKey(a.point) < PointKey(b.point);
}

}  // namespace

void FrontArchive::Add(Entry entry) {
  if (!entries_.empty() && entry.violation != entries_.front().violation) {
    if (entry.violation > entries_.front().violation) return;
    entries_.clear();
  }
  for (const auto& kept : entries_) {
    if (Dominates(kept.objectives, entry.objectives)) return;
  }
  std::erase_if(entries_,
                [&](const Entry& kept) { return Dominates(entry.objectives, kept.objectives); });
  entries_.insert(std::upper_bound(entries_.begin(), entries_.end(), entry, Precedes),
                  std::move(entry));
}

std::vector<FrontArchive::Entry> FrontArchive::Spread(size_t most) const {
  std::vector<const ObjectiveVector*> objectives;
  for (const auto& entry : entries_) objectives.push_back(&entry.objectives);
  const std::vector<double> distances = CrowdingDistances(objectives);
  std::vector<size_t> order(entries_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return distances[a] > distances[b]; });
  std::vector<Entry> spread;
  for (const size_t i : order) {
    if (spread.size() == most) break;
    spread.push_back(entries_[i]);
  }
  return spread;
}

}  // namespace qalam
