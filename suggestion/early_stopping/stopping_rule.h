// Which running trials are hopeless, told from their metrics while they run.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "suggestion/early_stopping/trial_curves.h"

namespace qalam {

// What is left of a rule where the other trials cannot be seen: a trial whose best loss (for an
// upper bound), or whose loss (for a lower one), lies beyond it at `start_step` or later is
// stopped.
struct StoppingBound {
  double loss = 0;
  bool is_upper = true;
  int64_t start_step = 1;
};

// A rule over one or several metrics of an experiment's trials. What it decides is a function of
// the curves alone: it keeps no state, so that a restart decides as the unbroken run would have.
// `curves` has those of each metric that the rule watches, in the registry's order.
class StoppingRule {
 public:
  virtual ~StoppingRule() = default;

  // Whether the trial is hopeless at its latest point: the reason, as a clause that completes "it
  // was stopped, because"; nullopt when it may go on. Ask after each point, since a rule may look
  // at the latest one alone. The trial has at least one point of each metric.
  virtual std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                           const std::string& trial) const = 0;

  // The bounds for a trial that begins now, given the curves of those that have ended; none while
  // too few have, nor for a rule that cannot be said so (StoppingEntry::has_bounds).
  virtual std::vector<StoppingBound> Bounds(std::span<const TrialCurves> ended) const { return {}; }
};

}  // namespace qalam
