// Rungs of successive halving: steps at which the best of those that have come as far go on.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "suggestion/early_stopping/trial_curves.h"

namespace qalam {

struct Rungs {
  double first = 1;
  double eta = 3;  // each lies eta times as far as the one before; one in eta goes on

  // The highest rung above `before` and not above `step`: a trial that skips one is judged once.
  std::optional<int64_t> Between(int64_t before, int64_t step) const;
};

// Whether the trial's latest point has brought it to a rung at which it is not among the best
// 1 / eta of the trials that `counts` lets through, itself among them: the reason. Asynchronous: it
// is held against those that have reached the rung so far.
std::optional<std::string> JudgeAtRung(const Rungs& rungs, const TrialCurves& curves,
                                       const std::string& trial,
                                       const std::function<bool(const std::string&)>& counts);

}  // namespace qalam
