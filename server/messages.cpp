#include "server/messages.h"

#include <algorithm>

#include "api/convert.h"

namespace qalam {

namespace {

template <typename Message>
void PutTimes(Time created, Time started, Time completed, Message* message) {
  const Time never = absl::InfinitePast();
  if (created != never) *message->mutable_created() = ToProto(created);
  if (started != never) *message->mutable_started() = ToProto(started);
  if (completed != never) *message->mutable_completed() = ToProto(completed);
}

void PutCounts(const TrialCounts& counts, v1::TrialCounts* message) {
  const auto count = [&](TrialState state) {
    const auto entry = counts.find(state);
    return entry == counts.end() ? 0 : entry->second;
  };
  message->set_pending(count(TrialState::kPending));
  message->set_running(count(TrialState::kRunning));
  message->set_succeeded(count(TrialState::kSucceeded));
  message->set_failed(count(TrialState::kFailed));
  message->set_killed(count(TrialState::kKilled));
  message->set_early_stopped(count(TrialState::kEarlyStopped));
  message->set_metrics_unavailable(count(TrialState::kMetricsUnavailable));
}

// Where the objective is text, none is better than another; the last one to succeed stands for all,
// as it does for Katib.
StatusOr<std::optional<TrialRecord>> LatestInWords(Store& store, const ExperimentRecord& experiment,
                                                   const Objective& objective) {
  // Summaries of all metrics of all trials would cost a hundred times what one trial's do.
  ASSIGN_OR_RETURN(const auto trials, store.ListTrials({.experiment_uid = experiment.uid,
                                                        .states = {TrialState::kSucceeded},
                                                        .with_metrics = false}));
  const TrialRecord* latest = nullptr;
  for (const auto& trial : trials) {
    if (trial.objective_value) continue;
    if (latest == nullptr || trial.completed >= latest->completed) latest = &trial;
  }
  if (latest == nullptr) return std::nullopt;
  ASSIGN_OR_RETURN(auto whole, store.ListTrials({.uid = latest->uid, .limit = 1}));
  if (whole.empty()) return std::nullopt;
  const auto& metrics = whole.front().metrics;
  const bool in_words = std::any_of(metrics.begin(), metrics.end(), [&](const auto& metric) {
    return metric.name == objective.metric_name && !metric.text.empty();
  });
  if (!in_words) return std::nullopt;
  return std::move(whole.front());
}

}  // namespace

v1::Trial ToMessage(const TrialRecord& trial, const ExperimentRecord& experiment) {
  v1::Trial message;
  message.set_uid(trial.uid);
  message.set_namespace_(experiment.name_space);
  message.set_name(trial.name);
  message.set_experiment(experiment.name);
  message.set_number(trial.number);
  message.set_state(ToProto(trial.state));
  message.set_reason(trial.reason);
  message.set_message(trial.message);
  for (const auto& parameter : trial.parameters) {
    auto* assignment = message.add_parameters();
    assignment->set_name(parameter.name);
    assignment->set_value(parameter.value);
  }
  message.mutable_labels()->insert(trial.labels.begin(), trial.labels.end());
  for (const auto& metric : trial.metrics) {
    auto* summary = message.add_metrics();
    summary->set_name(metric.name);
    summary->set_min(metric.min);
    summary->set_max(metric.max);
    summary->set_latest(metric.latest);
    summary->set_count(metric.count);
    summary->set_text(metric.text);
  }
  if (trial.objective_value) message.set_objective_value(*trial.objective_value);
  for (const double value : trial.additional_objective_values) {
    message.add_additional_objective_values(value);
  }
  for (const double violation : trial.violations) message.add_violations(violation);
  message.set_feasible(trial.IsFeasible());
  PutTimes(trial.created, trial.started, trial.completed, &message);
  message.set_work_dir(experiment.work_dir + "/" + trial.name);
  message.set_worker(trial.worker);
  message.set_attempts(trial.attempts);
  return message;
}

StatusOr<v1::Experiment> ToMessage(Store& store, DocumentCache& documents,
                                   const ExperimentRecord& experiment, bool with_document) {
  v1::Experiment message;
  message.set_uid(experiment.uid);
  message.set_namespace_(experiment.name_space);
  message.set_name(experiment.name);
  message.set_state(ToProto(experiment.state));
  message.set_reason(experiment.reason);
  message.set_message(experiment.message);
  message.set_paused(experiment.paused);
  message.set_seed(experiment.seed);
  message.set_version(experiment.version);
  message.set_work_dir(experiment.work_dir);
  PutTimes(experiment.created, experiment.started, experiment.completed, &message);
  ASSIGN_OR_RETURN(const auto counts, store.CountTrials(experiment.uid));
  PutCounts(counts, message.mutable_counts());
  const auto entry = documents.Get(experiment, with_document);
  // A damaged document must not hide the other experiments of a list.
  if (!entry.ok()) return message;
  const ExperimentSpec& spec = (*entry)->document.spec;
  message.set_max_trial_count(spec.max_trial_count.value_or(0));
  message.set_parallel_trial_count(spec.parallel_trial_count);
  message.set_client_run(spec.trial_runner == TrialRunner::kClient);
  if (spec.max_failed_trial_count) message.set_max_failed_trial_count(*spec.max_failed_trial_count);
  if (spec.objective.goal) message.set_objective_goal(*spec.objective.goal);
  message.set_objective_metric(spec.objective.metric_name);
  message.set_objective_type(spec.objective.type == ObjectiveType::kMinimize
                                 ? ::api::v1::beta1::MINIMIZE
                                 : ::api::v1::beta1::MAXIMIZE);
  for (const auto& further : spec.objective.additional_objectives) {
    auto* objective = message.add_additional_objectives();
    objective->set_metric(further.metric_name);
    objective->set_type(further.type == ObjectiveType::kMinimize ? ::api::v1::beta1::MINIMIZE
                                                                 : ::api::v1::beta1::MAXIMIZE);
  }
  message.set_algorithm(spec.algorithm.name);
  message.set_algorithm_choice((*entry)->algorithm_choice);
  ASSIGN_OR_RETURN(const auto best, store.BestTrial(experiment.uid, spec.objective.type));
  if (best) {
    *message.mutable_best_trial() = ToMessage(*best, experiment);
  } else if (message.counts().succeeded() > 0 &&
             spec.metrics_collector.kind != CollectorKind::kNone) {
    ASSIGN_OR_RETURN(const auto latest, LatestInWords(store, experiment, spec.objective));
    if (latest) *message.mutable_best_trial() = ToMessage(*latest, experiment);
  }
  if (with_document) message.set_document_yaml((*entry)->yaml);
  return message;
}

}  // namespace qalam
