#include <algorithm>

#include "api/convert.h"

namespace qalam {

namespace {

using Point = v1::ExperimentAdditions::Point;

void PutPoint(const std::vector<Assignment>& assignments, Point* point) {
  for (const auto& assignment : assignments) {
    auto* parameter = point->add_parameters();
    parameter->set_name(assignment.name);
    parameter->set_value(assignment.value);
  }
}

std::vector<Assignment> GetPoint(const Point& point) {
  std::vector<Assignment> assignments;
  for (const auto& item : point.parameters()) assignments.push_back({item.name(), item.value()});
  return assignments;
}

}  // namespace

v1::ExperimentAdditions ToAdditions(const ExperimentSpec& spec) {
  v1::ExperimentAdditions additions;
  for (const auto& parameter : spec.parameters) {
    if (!parameter.active_when) continue;
    auto* condition = additions.add_conditions();
    condition->set_parameter(parameter.name);
    condition->set_depends_on(parameter.active_when->parameter);
    for (const auto& value : parameter.active_when->values) condition->add_values(value);
  }
  for (const auto& constraint : spec.constraints) additions.add_constraints(constraint);
  for (const auto& point : spec.initial_trials) PutPoint(point, additions.add_initial_trials());
  for (const auto& trial : spec.warm_start.trials) {
    auto* result = additions.add_warm_start();
    PutPoint(trial.parameters, result->mutable_point());
    for (const auto& [name, value] : trial.metrics) {
      auto* metric = result->add_metrics();
      metric->set_name(name);
      metric->set_value(value);
    }
  }
  for (const auto& objective : spec.objective.additional_objectives) {
    auto* message = additions.add_additional_objectives();
    message->set_metric_name(objective.metric_name);
    message->set_type(objective.type == ObjectiveType::kMinimize ? ::api::v1::beta1::MINIMIZE
                                                                 : ::api::v1::beta1::MAXIMIZE);
    if (objective.goal) message->set_goal(*objective.goal);
  }
  return additions;
}

Status AddAdditions(const v1::ExperimentAdditions& additions, ExperimentSpec& spec) {
  for (const auto& condition : additions.conditions()) {
    const auto parameter =
        std::find_if(spec.parameters.begin(), spec.parameters.end(),
                     [&](const Parameter& p) { return p.name == condition.parameter(); });
    if (parameter == spec.parameters.end()) {
      return InvalidArgument("there is a condition for a parameter {}, which is not there",
                             condition.parameter());
    }
    parameter->active_when =
        ActiveWhen{condition.depends_on(), {condition.values().begin(), condition.values().end()}};
  }
  spec.constraints.assign(additions.constraints().begin(), additions.constraints().end());
  for (const auto& point : additions.initial_trials()) {
    spec.initial_trials.push_back(GetPoint(point));
  }
  for (const auto& result : additions.warm_start()) {
    GivenResult trial{.parameters = GetPoint(result.point())};
    for (const auto& metric : result.metrics()) trial.metrics[metric.name()] = metric.value();
    spec.warm_start.trials.push_back(std::move(trial));
  }
  for (const auto& message : additions.additional_objectives()) {
    if (message.type() != ::api::v1::beta1::MINIMIZE &&
        message.type() != ::api::v1::beta1::MAXIMIZE) {
      return InvalidArgument("the type of an additional objective should be MINIMIZE or MAXIMIZE");
    }
    AdditionalObjective objective{.metric_name = message.metric_name(),
                                  .type = message.type() == ::api::v1::beta1::MINIMIZE
                                              ? ObjectiveType::kMinimize
                                              : ObjectiveType::kMaximize};
    if (message.has_goal()) objective.goal = message.goal();
    spec.objective.additional_objectives.push_back(std::move(objective));
  }
  return absl::OkStatus();
}

}  // namespace qalam
