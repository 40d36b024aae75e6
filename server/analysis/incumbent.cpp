#include "server/analysis/incumbent.h"

#include <algorithm>

namespace qalam {

std::vector<double> Sparkline(const std::vector<Incumbent>& incumbents, int64_t trial_count) {
  const int64_t values = std::min(trial_count, kMostSparklineValues);
  std::vector<double> line;
  size_t passed = 0;
  for (int64_t i = 1; i <= values; ++i) {
    const int64_t end = i * trial_count / values;
    while (passed < incumbents.size() && incumbents[passed].number < end) ++passed;
    if (passed > 0) line.push_back(incumbents[passed - 1].value);
  }
  return line;
}

StatusOr<std::vector<double>> SparklineCache::Get(Store& store, const std::string& experiment_uid,
                                                  ObjectiveType type, const TrialCounts& counts) {
  const auto count = [&](TrialState state) {
    const auto entry = counts.find(state);
    return entry == counts.end() ? 0 : entry->second;
  };
  const int64_t ended_well = count(TrialState::kSucceeded) + count(TrialState::kEarlyStopped);
  int64_t all = 0;
  for (const auto& [state, number] : counts) all += number;
  if (ended_well == 0) return std::vector<double>();
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = entries_.find(experiment_uid);
    if (entry != entries_.end() && entry->second.ended_well == ended_well) {
      return Sparkline(entry->second.incumbents, all);
    }
  }
  ASSIGN_OR_RETURN(auto incumbents, store.ListIncumbents(experiment_uid, type));
  auto line = Sparkline(incumbents, all);
  absl::MutexLock lock(&mutex_);
  // Deleted experiments leave their entries; starting anew is cheap.
  constexpr size_t kMostEntries = 10000;
  if (entries_.size() >= kMostEntries) entries_.clear();
  entries_[experiment_uid] = {ended_well, std::move(incumbents)};
  return line;
}

}  // namespace qalam
