#pragma once

#include <cstdint>
#include <vector>

#include "suggestion/multi_objective/pareto.h"

namespace qalam {

// The trials that none dominates, kept as trials end: a function of the set of trials alone.
// Feasible trials dominate infeasible ones, and of those the least violation the others (Deb et
// al., IEEE Trans. Evol. Comput. 6, 2002, definition 1).
class FrontArchive {
 public:
  struct Entry {
    double violation = 0;  // TotalViolation
    ObjectiveVector objectives;
    int64_t number = 0;
    Point point;
  };

  // O(front).
  void Add(Entry entry);
  // In the order of their objectives, the first one first.
  const std::vector<Entry>& entries() const { return entries_; }
  bool has_feasible() const { return !entries_.empty() && entries_.front().violation <= 0; }
  // `most` of the entries, those in the emptiest parts of the front first, its ends before all.
  std::vector<Entry> Spread(size_t most) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace qalam
