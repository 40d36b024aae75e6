// Follows the metrics of an experiment's trials and says which are hopeless.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/clock.h"
#include "db/store.h"
#include "suggestion/early_stopping/stopping_registry.h"

namespace qalam {

// A trial that is to be stopped early is Running, and its reason says so: that is durable before it
// is stopped, so that its end is told from a kill whatever happens between.
bool IsBeingStopped(const TrialRecord& trial);
// The trial as it is then.
TrialRecord ToBeStopped(TrialRecord trial, const std::string& because);
// And when it has ended: its observations count. `trial` has its metrics.
TrialRecord EarlyStoppedTrial(const ExperimentSpec& spec, TrialRecord trial, Time now);

// Belongs to the reconcile loop. What it knows it can read again from the store.
class EarlyStopper {
 public:
  // With what the store has of the experiment's trials; null when it stops none early.
  static StatusOr<std::unique_ptr<EarlyStopper>> Create(Store& store,
                                                        const std::string& experiment_uid,
                                                        const ExperimentSpec& spec);

  // New points of one trial, in their order.
  void Add(const std::string& trial_uid, const std::vector<MetricPoint>& points);
  // What failed or was killed says nothing about others; a curve that ended otherwise stays.
  void End(const std::string& trial_uid, TrialState state);
  // The running trials that are to be stopped, and because of what.
  const std::map<std::string, std::string>& hopeless() const { return hopeless_; }

 private:
  explicit EarlyStopper(EarlyStoppingRule rule)
      : rule_(std::move(rule)), curves_(rule_.metrics.size()) {}
  // False when the point is of no metric that the rule watches.
  bool Append(const std::string& trial_uid, const MetricPoint& point);
  void Judge(const std::string& trial_uid);

  const EarlyStoppingRule rule_;
  std::vector<TrialCurves> curves_;  // of each watched metric
  std::map<std::string, std::string> hopeless_;
};

}  // namespace qalam
