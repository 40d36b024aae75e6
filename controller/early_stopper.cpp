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
    ASSIGN_OR_RETURN(const auto series,
                     store.ReadMetrics({.trial_uid = trial.uid, .metric = stopper->rule_.metric}));
    for (const auto& point : series.points) stopper->Append(trial.uid, point);
  }
  // Only now, so that each is held against all others.
  for (const auto& trial : trials) {
    if (trial.state == TrialState::kRunning) stopper->Judge(trial.uid);
  }
  return stopper;
}

void EarlyStopper::Append(const std::string& trial_uid, const MetricPoint& point) {
  curves_.Add(trial_uid, point.step, rule_.maximize ? -point.value : point.value);
}

void EarlyStopper::Judge(const std::string& trial_uid) {
  if (!curves_.Contains(trial_uid) || hopeless_.contains(trial_uid)) return;
  if (auto because = rule_.rule->Judge(curves_, trial_uid)) {
    hopeless_.emplace(trial_uid, *std::move(because));
  }
}

void EarlyStopper::Add(const std::string& trial_uid, const std::vector<MetricPoint>& points) {
  for (const auto& point : points) {
    if (point.metric != rule_.metric) continue;
    Append(trial_uid, point);
    Judge(trial_uid);
  }
}

void EarlyStopper::End(const std::string& trial_uid, TrialState state) {
  hopeless_.erase(trial_uid);
  if (state != TrialState::kSucceeded && state != TrialState::kEarlyStopped) {
    curves_.Forget(trial_uid);
  }
}

}  // namespace qalam
