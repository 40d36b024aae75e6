// Filter expressions over trials: lr < 0.01 and (state == "Succeeded" or not accuracy >= 0.9).
#pragma once

#include <memory>
#include <string>

#include "server/analysis/trial_table.h"

namespace qalam {

// Comparisons (==, !=, <, <=, >, >=) of fields (server/analysis/trial_field.h), numbers and texts
// in double quotes, joined by and, or, not and parentheses; not binds before and, and before or.
// Names of other letters than a-z, A-Z, 0-9, _, - and . stand in backquotes, which also tell a
// parameter `state` from the word. Where a trial lacks a value, no comparison with it holds, != not
// either. Texts are compared by == and != alone.
class TrialFilter {
 public:
  // An empty text lets every trial pass. INVALID_ARGUMENT says what is wrong and at which column
  // (from 1, in bytes); likewise for more than 4,000 bytes or parentheses deeper than 50.
  static StatusOr<TrialFilter> Parse(const std::string& text, const TrialColumns& columns);
  TrialFilter(TrialFilter&&) noexcept;
  TrialFilter& operator=(TrialFilter&&) noexcept;
  ~TrialFilter();

  // `columns` of the table that it was parsed for, now or later.
  bool Matches(const TrialColumns& columns, size_t row) const;

  struct Node;

 private:
  explicit TrialFilter(std::unique_ptr<const Node> root);

  std::unique_ptr<const Node> root_;  // null: everything passes
};

}  // namespace qalam
