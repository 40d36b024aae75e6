#include "controller/objective.h"

#include <algorithm>
#include <cmath>

#include "api/constraint.h"

namespace qalam {

namespace {

const MetricSummary* Find(const std::vector<MetricSummary>& metrics, const std::string& name) {
  const auto metric = std::find_if(metrics.begin(), metrics.end(),
                                   [&](const MetricSummary& m) { return m.name == name; });
  return metric == metrics.end() ? nullptr : &*metric;
}

double ValueOf(const Objective& objective, const MetricSummary& metric) {
  auto strategy = objective.type == ObjectiveType::kMinimize ? MetricStrategyType::kMin
                                                             : MetricStrategyType::kMax;
  for (const auto& one : objective.metric_strategies) {
    if (one.name == metric.name) strategy = one.value;
  }
  return strategy == MetricStrategyType::kMin   ? metric.min
         : strategy == MetricStrategyType::kMax ? metric.max
                                                : metric.latest;
}

}  // namespace

std::map<std::string, double> MetricValues(const Objective& objective,
                                           const std::vector<MetricSummary>& metrics) {
  std::map<std::string, double> values;
  for (const auto& name : MetricNames(objective)) {
    const MetricSummary* metric = Find(metrics, name);
    if (metric == nullptr) continue;
    const double value = ValueOf(objective, *metric);
    if (!std::isnan(value)) values[name] = value;
  }
  return values;
}

StatusOr<TrialOutcome> OutcomeOf(const ExperimentSpec& spec,
                                 const std::vector<MetricSummary>& metrics) {
  std::vector<std::string> names = {spec.objective.metric_name};
  for (const auto& further : spec.objective.additional_objectives) {
    names.push_back(further.metric_name);
  }
  const auto values = MetricValues(spec.objective, metrics);
  TrialOutcome outcome;
  for (const auto& name : names) {
    const MetricSummary* metric = Find(metrics, name);
    if (metric == nullptr) {
      std::string seen;
      for (const auto& one : metrics) seen += (seen.empty() ? "" : ", ") + one.name;
      return NotFound("the trial ended without reporting {}; it reported {}", name,
                      seen.empty() ? "no metric at all" : seen);
    }
    const auto value = values.find(name);
    if (value == values.end() && !metric->text.empty() && names.size() == 1) return outcome;
    if (value == values.end()) {
      return metric->text.empty()
                 ? OutOfRange("the trial reported {} only as NaN; its training may have diverged",
                              name)
                 : OutOfRange(
                       "the trial reported {} as text, \"{}\", which cannot be one of "
                       "several objectives",
                       name, metric->text);
    }
    outcome.objectives.push_back(value->second);
  }
  ASSIGN_OR_RETURN(outcome.violations, OutcomeViolations(spec, values));
  return outcome;
}

void PutOutcome(const TrialOutcome& outcome, TrialRecord& trial) {
  if (outcome.objectives.empty()) return;
  trial.objective_value = outcome.objectives.front();
  trial.additional_objective_values.assign(outcome.objectives.begin() + 1,
                                           outcome.objectives.end());
  trial.violations = outcome.violations;
}

bool ReachesGoal(const Objective& objective, const TrialRecord& trial) {
  if (!trial.objective_value || !trial.IsFeasible()) return false;
  bool any = false, all = true;
  const auto check = [&](ObjectiveType type, std::optional<double> goal, double value) {
    if (!goal) return;
    any = true;
    all = all && (type == ObjectiveType::kMinimize ? value <= *goal : value >= *goal);
  };
  check(objective.type, objective.goal, *trial.objective_value);
  const auto& further = objective.additional_objectives;
  for (size_t i = 0; i < further.size() && i < trial.additional_objective_values.size(); ++i) {
    check(further[i].type, further[i].goal, trial.additional_objective_values[i]);
  }
  return any && all;
}

}  // namespace qalam
