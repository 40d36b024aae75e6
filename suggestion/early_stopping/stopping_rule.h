// Which running trials are hopeless, told from their metrics while they run.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "suggestion/early_stopping/trial_curves.h"

namespace qalam {

// A rule over one metric of an experiment's trials. What it decides is a function of the curves
// alone: it keeps no state, so that a restart decides as the unbroken run would have.
class StoppingRule {
 public:
  virtual ~StoppingRule() = default;

  // Whether the trial is hopeless at its latest point: the reason, as a clause that completes "it
  // was stopped, because"; nullopt when it may go on. Ask after each point, since a rule may look
  // at the latest one alone. The trial has at least one point.
  virtual std::optional<std::string> Judge(const TrialCurves& curves,
                                           const std::string& trial) const = 0;
};

}  // namespace qalam
