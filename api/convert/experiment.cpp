#include <algorithm>

#include "api/convert.h"

namespace qalam {

namespace {

namespace katib = ::api::v1::beta1;

void PutParameter(const Parameter& parameter, katib::ParameterSpec* out) {
  out->set_name(parameter.name);
  out->set_parameter_type(static_cast<katib::ParameterType>(static_cast<int>(parameter.type) + 1));
  auto* space = out->mutable_feasible_space();
  space->set_min(parameter.feasible_space.min);
  space->set_max(parameter.feasible_space.max);
  space->set_step(parameter.feasible_space.step);
  for (const auto& value : parameter.feasible_space.list) space->add_list(value);
  space->set_distribution(static_cast<katib::Distribution>(
      static_cast<int>(parameter.feasible_space.distribution) + 1));
}

StatusOr<Parameter> GetParameter(const katib::ParameterSpec& in) {
  Parameter parameter;
  parameter.name = in.name();
  if (parameter.name.empty()) return InvalidArgument("a parameter has no name");
  if (in.parameter_type() < katib::DOUBLE || in.parameter_type() > katib::CATEGORICAL) {
    return InvalidArgument(
        "parameter {}: parameter_type should be DOUBLE, INT, DISCRETE or "
        "CATEGORICAL",
        in.name());
  }
  parameter.type = static_cast<ParameterType>(static_cast<int>(in.parameter_type()) - 1);
  const auto& space = in.feasible_space();
  parameter.feasible_space.min = space.min();
  parameter.feasible_space.max = space.max();
  parameter.feasible_space.step = space.step();
  parameter.feasible_space.list.assign(space.list().begin(), space.list().end());
  if (space.distribution() >= katib::UNIFORM && space.distribution() <= katib::LOG_NORMAL) {
    parameter.feasible_space.distribution =
        static_cast<Distribution>(static_cast<int>(space.distribution()) - 1);
  }
  return parameter;
}

void PutNasConfig(const NasConfig& config, katib::NasConfig* out) {
  auto* graph = out->mutable_graph_config();
  graph->set_num_layers(config.num_layers);
  for (const int size : config.input_sizes) graph->add_input_sizes(size);
  for (const int size : config.output_sizes) graph->add_output_sizes(size);
  for (const auto& operation : config.operations) {
    auto* entry = out->mutable_operations()->add_operation();
    entry->set_operation_type(operation.type);
    for (const auto& parameter : operation.parameters) {
      PutParameter(parameter, entry->mutable_parameter_specs()->add_parameters());
    }
  }
}

StatusOr<NasConfig> GetNasConfig(const katib::NasConfig& in) {
  const auto& graph = in.graph_config();
  NasConfig config{.num_layers = graph.num_layers(),
                   .input_sizes = {graph.input_sizes().begin(), graph.input_sizes().end()},
                   .output_sizes = {graph.output_sizes().begin(), graph.output_sizes().end()}};
  for (const auto& operation : in.operations().operation()) {
    auto& entry = config.operations.emplace_back();
    entry.type = operation.operation_type();
    for (const auto& parameter : operation.parameter_specs().parameters()) {
      ASSIGN_OR_RETURN(auto converted, GetParameter(parameter));
      entry.parameters.push_back(std::move(converted));
    }
  }
  return config;
}

}  // namespace

katib::Experiment ToKatibProto(const ExperimentDocument& document) {
  katib::Experiment experiment;
  experiment.set_name(document.metadata.name);
  const ExperimentSpec& spec = document.spec;
  auto* out = experiment.mutable_spec();
  for (const auto& parameter : spec.parameters) {
    PutParameter(parameter, out->mutable_parameter_specs()->add_parameters());
  }
  auto* objective = out->mutable_objective();
  objective->set_type(spec.objective.type == ObjectiveType::kMinimize ? katib::MINIMIZE
                                                                      : katib::MAXIMIZE);
  objective->set_goal(spec.objective.goal.value_or(0));
  objective->set_objective_metric_name(spec.objective.metric_name);
  for (const auto& name : spec.objective.additional_metric_names) {
    objective->add_additional_metric_names(name);
  }
  out->mutable_algorithm()->set_algorithm_name(spec.algorithm.name);
  for (const auto& setting : spec.algorithm.settings) {
    auto* entry = out->mutable_algorithm()->add_algorithm_settings();
    entry->set_name(setting.name);
    entry->set_value(setting.value);
  }
  if (spec.nas_config) PutNasConfig(*spec.nas_config, out->mutable_nas_config());
  constexpr int64_t kMost = 0x7fffffff;
  out->set_parallel_trial_count(static_cast<int32_t>(std::min(kMost, spec.parallel_trial_count)));
  out->set_max_trial_count(static_cast<int32_t>(std::min(kMost, spec.max_trial_count.value_or(0))));
  return experiment;
}

StatusOr<ExperimentSpec> FromKatibProto(const katib::ExperimentSpec& in) {
  ExperimentSpec spec;
  for (const auto& parameter : in.parameter_specs().parameters()) {
    ASSIGN_OR_RETURN(auto converted, GetParameter(parameter));
    spec.parameters.push_back(std::move(converted));
  }
  if (in.objective().type() != katib::MINIMIZE && in.objective().type() != katib::MAXIMIZE) {
    return InvalidArgument("objective.type should be MINIMIZE or MAXIMIZE");
  }
  spec.objective.type = in.objective().type() == katib::MINIMIZE ? ObjectiveType::kMinimize
                                                                 : ObjectiveType::kMaximize;
  spec.objective.metric_name = in.objective().objective_metric_name();
  spec.objective.additional_metric_names.assign(in.objective().additional_metric_names().begin(),
                                                in.objective().additional_metric_names().end());
  spec.algorithm.name = in.algorithm().algorithm_name();
  for (const auto& setting : in.algorithm().algorithm_settings()) {
    spec.algorithm.settings.push_back({setting.name(), setting.value()});
  }
  if (in.has_nas_config()) {
    ASSIGN_OR_RETURN(spec.nas_config, GetNasConfig(in.nas_config()));
  }
  spec.parallel_trial_count = std::max(1, in.parallel_trial_count());
  if (in.max_trial_count() > 0) spec.max_trial_count = in.max_trial_count();
  return spec;
}

}  // namespace qalam
