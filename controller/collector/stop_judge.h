#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "controller/collector/job.h"
#include "controller/collector/spool.h"
#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam::collector {

// Holds the trial's own points against the rule that its job gives, as the controller does. So a
// hopeless trial is stopped at once, also while no controller is there.
class StopJudge {
 public:
  // INVALID_ARGUMENT for a rule that does not look at one trial's points alone.
  static StatusOr<std::unique_ptr<StopJudge>> Create(const StopRule& rule);

  void Add(const SpooledPoint& point);
  // Because of what the trial is to be stopped; nullopt while it may go on.
  const std::optional<std::string>& hopeless() const { return hopeless_; }

 private:
  StopJudge(const StopRule& given, std::unique_ptr<StoppingRule> rule)
      : metric_(given.metric), maximize_(given.maximize), rule_(std::move(rule)) {}

  const std::string metric_;
  const bool maximize_;
  const std::unique_ptr<StoppingRule> rule_;
  TrialCurves curves_;  // of the one trial
  std::optional<std::string> hopeless_;
};

}  // namespace qalam::collector
