#include "suggestion/architecture/nas_description.h"

namespace qalam {

namespace {

nas::OperationParameter DescribeParameter(const Parameter& parameter) {
  using Kind = nas::OperationParameter::Kind;
  const FeasibleSpace& space = parameter.feasible_space;
  const Kind kind = parameter.type == ParameterType::kInt      ? Kind::kInt
                    : parameter.type == ParameterType::kDouble ? Kind::kDouble
                                                               : Kind::kList;
  return {parameter.name, kind, space.list, space.min, space.max, space.step};
}

}  // namespace

nas::ChainDescription DescribeChain(const NasConfig& config) {
  nas::ChainDescription description{.layer_count = config.num_layers,
                                    .input_sizes = config.input_sizes,
                                    .output_sizes = config.output_sizes};
  for (const auto& operation : config.operations) {
    auto& described = description.operations.emplace_back();
    described.type = operation.type;
    for (const auto& parameter : operation.parameters) {
      described.parameters.push_back(DescribeParameter(parameter));
    }
  }
  return description;
}

}  // namespace qalam
