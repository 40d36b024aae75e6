#include "controller/tell.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "controller/objective.h"

namespace qalam {

namespace {

std::vector<std::string> ObjectiveNames(const Objective& objective) {
  std::vector<std::string> names = {objective.metric_name};
  for (const auto& further : objective.additional_objectives) names.push_back(further.metric_name);
  return names;
}

MetricSummary& SummaryOf(std::vector<MetricSummary>& summaries, const std::string& name) {
  const auto found = std::find_if(summaries.begin(), summaries.end(),
                                  [&](const MetricSummary& one) { return one.name == name; });
  if (found != summaries.end()) return *found;
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  return summaries.emplace_back(MetricSummary{.name = name, .min = kNone, .max = kNone});
}

// As the store will keep them.
void Append(const std::vector<MetricPoint>& points, std::vector<MetricSummary>& summaries) {
  for (const auto& point : points) {
    MetricSummary& summary = SummaryOf(summaries, point.metric);
    summary.min = std::fmin(summary.min, point.value);
    summary.max = std::fmax(summary.max, point.value);
    summary.latest = point.value;
    if (!point.text.empty()) summary.text = point.text;
    ++summary.count;
  }
}

// What was reported and told, where an objective value stands for its metric whatever came before.
std::vector<MetricSummary> ToldMetrics(const ExperimentSpec& spec, const TrialRecord& trial,
                                       const TellCall& call) {
  std::vector<MetricSummary> summaries = trial.metrics;
  Append(call.points, summaries);
  const auto names = ObjectiveNames(spec.objective);
  for (size_t i = 0; i < call.objective_values.size(); ++i) {
    MetricSummary& summary = SummaryOf(summaries, names[i]);
    summary = {.name = names[i]};
    summary.min = summary.max = summary.latest = call.objective_values[i];
  }
  return summaries;
}

bool IsSame(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace

bool NeedsReportedMetrics(const ExperimentSpec& spec, const TellCall& call) {
  if (call.state != TrialState::kSucceeded && call.state != TrialState::kEarlyStopped) return false;
  return call.objective_values.empty() || !spec.constraints.empty();
}

std::vector<MetricPoint> ToldPoints(const ExperimentSpec& spec, const TellCall& call, Time now) {
  std::vector<MetricPoint> points = call.points;
  const auto names = ObjectiveNames(spec.objective);
  for (size_t i = 0; i < call.objective_values.size() && i < names.size(); ++i) {
    points.push_back({.metric = names[i], .time = now, .value = call.objective_values[i]});
  }
  return points;
}

StatusOr<TrialRecord> EndedTrial(const ExperimentSpec& spec, TrialRecord trial,
                                 const TellCall& call, Time now) {
  const size_t objectives = 1 + spec.objective.additional_objectives.size();
  if (!call.objective_values.empty() && call.objective_values.size() != objectives) {
    return InvalidArgument("{} objective values were told; the experiment has {} objective(s)",
                           call.objective_values.size(), objectives);
  }
  trial.state = call.state;
  trial.reason = "Told";
  trial.message = call.message.empty() ? "its client told so" : call.message;
  trial.completed = now;
  if (trial.started == absl::InfinitePast()) trial.started = now;
  if (call.state != TrialState::kSucceeded && call.state != TrialState::kEarlyStopped) return trial;
  const auto outcome = OutcomeOf(spec, ToldMetrics(spec, trial, call));
  if (outcome.ok()) {
    PutOutcome(*outcome, trial);
  } else if (call.state == TrialState::kSucceeded) {
    if (outcome.status().code() == StatusCode::kNotFound) {
      return InvalidArgument("{}; tell its objective values", Message(outcome.status()));
    }
    trial.state = TrialState::kMetricsUnavailable;
    trial.reason = "ObjectiveNotANumber";
    trial.message = Message(outcome.status());
  }
  return trial;
}

bool IsSameAnswer(const ExperimentSpec& spec, const TrialRecord& ended, const TellCall& call) {
  const auto told = EndedTrial(spec, ended, call, ended.completed);
  if (!told.ok() || told->state != ended.state) return false;
  // What decides is what the call says: an end without objectives keeps none.
  if (call.state != TrialState::kSucceeded && call.state != TrialState::kEarlyStopped) return true;
  if (told->objective_value.has_value() != ended.objective_value.has_value()) return false;
  if (told->objective_value && !IsSame(*told->objective_value, *ended.objective_value)) {
    return false;
  }
  return std::equal(
      told->additional_objective_values.begin(), told->additional_objective_values.end(),
      ended.additional_objective_values.begin(), ended.additional_objective_values.end(), IsSame);
}

}  // namespace qalam
