// Which trials a list shows, page by page.
#pragma once

#include <string>
#include <vector>

#include "server/analysis/trial_table.h"

namespace qalam {

struct TrialSelection {
  std::vector<TrialState> states;  // empty: any
  std::string filter;              // see TrialFilter; empty: all
  std::string sort;    // a field, see FindTrialField; empty: number. `a name` in backquotes
                       // is a parameter's or metric's
  std::string order;   // asc or desc; empty: asc
  int limit = 100;     // above 0
  std::string cursor;  // next_cursor of the page before; empty: from the beginning
};

struct TrialPage {
  std::vector<int64_t> numbers;  // at most `limit`, in order
  std::string next_cursor;       // empty on the last page
  int64_t total = 0;             // how many pass, on all pages
};

// Trials without a value come last in either direction; equal ones stand by number. States are in
// the order of a trial's life. A cursor stays
// right while trials are added or change: it stands for a place in the order, not for a count.
// INVALID_ARGUMENT for a sort, order, filter or cursor that is none, and for a cursor of another
// selection. O(trials) and sorting them.
StatusOr<TrialPage> SelectTrials(const TrialColumns& columns, const TrialSelection& selection);

}  // namespace qalam
