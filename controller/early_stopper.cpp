#include "controller/early_stopper.h"

#include "controller/objective.h"
#include "controller/operators/operator.h"

namespace qalam {

namespace {

constexpr char kStoppingReason[] = "EarlyStopping";

}  // namespace

bool IsBeingStopped(const TrialRecord& trial) {
  return trial.state == TrialState::kRunning && trial.reason == kStoppingReason;
}

TrialRecord ToBeStopped(TrialRecord trial, const std::string& because) {
  trial.reason = kStoppingReason;
  trial.message = "it was stopped early, because " + because;
  return trial;
}

TrialRecord EarlyStoppedTrial(const ExperimentSpec& spec, TrialRecord trial, Time now) {
  trial.state = TrialState::kEarlyStopped;
  trial.reason = kEarlyStoppedReason;
  trial.completed = now;
  const auto outcome = OutcomeOf(spec, trial.metrics);
  // It may not have come as far as to report every objective; then it has none.
  if (outcome.ok()) PutOutcome(*outcome, trial);
  return trial;
}

StatusOr<std::unique_ptr<EarlyStopper>> EarlyStopper::Create(Store& store,
                                                             const std::string& experiment_uid,
                                                             const ExperimentSpec& spec) {
  ASSIGN_OR_RETURN(auto rule, CreateEarlyStopping(spec));
  if (!rule) return std::unique_ptr<EarlyStopper>();
  std::unique_ptr<EarlyStopper> stopper(new EarlyStopper(*std::move(rule)));
  ASSIGN_OR_RETURN(const auto trials,
                   store.ListTrials({.experiment_uid = experiment_uid,
                                     .states = {TrialState::kPending, TrialState::kRunning,
                                                TrialState::kSucceeded, TrialState::kEarlyStopped},
                                     .with_metrics = false}));
  for (const auto& trial : trials) {
    for (const auto& metric : stopper->rule_.metrics) {
      ASSIGN_OR_RETURN(const auto series,
                       store.ReadMetrics({.trial_uid = trial.uid, .metric = metric.name}));
      for (const auto& point : series.points) stopper->Append(trial.uid, point);
    }
  }
  // Only now, so that each is held against all others.
  for (const auto& trial : trials) {
    if (trial.state == TrialState::kRunning) stopper->Judge(trial.uid);
  }
  return stopper;
}

bool EarlyStopper::Append(const std::string& trial_uid, const MetricPoint& point) {
  for (size_t i = 0; i < curves_.size(); ++i) {
    const WatchedMetric& metric = rule_.metrics[i];
    if (metric.name != point.metric) continue;
    curves_[i].Add(trial_uid, point.step, metric.maximize ? -point.value : point.value);
    return true;
  }
  return false;
}

void EarlyStopper::Judge(const std::string& trial_uid) {
  if (hopeless_.contains(trial_uid)) return;
  for (const auto& curves : curves_) {
    if (!curves.Contains(trial_uid)) return;
  }
  if (auto because = rule_.rule->Judge(curves_, trial_uid)) {
    hopeless_.emplace(trial_uid, *std::move(because));
  }
}

void EarlyStopper::Add(const std::string& trial_uid, const std::vector<MetricPoint>& points) {
  for (const auto& point : points) {
    if (Append(trial_uid, point)) Judge(trial_uid);
  }
}

void EarlyStopper::End(const std::string& trial_uid, TrialState state) {
  hopeless_.erase(trial_uid);
  if (state == TrialState::kSucceeded || state == TrialState::kEarlyStopped) return;
  for (auto& curves : curves_) curves.Forget(trial_uid);
}

}  // namespace qalam
