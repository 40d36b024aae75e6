#include <algorithm>

#include "api/convert.h"

namespace qalam {

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
  return absl::OkStatus();
}

}  // namespace qalam
