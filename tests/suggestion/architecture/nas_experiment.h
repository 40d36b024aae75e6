#pragma once

#include "suggestion/registry.h"

namespace qalam {

// A chain of three layers with six operations.
inline ExperimentSpec NasExperiment(const std::string& algorithm) {
  ExperimentSpec spec;
  spec.algorithm.name = algorithm;
  spec.objective.metric_name = "accuracy";
  Parameter size{.name = "filter_size", .type = ParameterType::kCategorical};
  size.feasible_space.list = {"3", "5"};
  Parameter stride{.name = "stride", .type = ParameterType::kDiscrete};
  stride.feasible_space.list = {"1", "2"};
  Parameter pool{.name = "pool_size", .type = ParameterType::kInt};
  pool.feasible_space = {.min = "2", .max = "3", .step = "1"};
  spec.nas_config =
      NasConfig{.num_layers = 3,
                .input_sizes = {32, 32, 3},
                .output_sizes = {10},
                .operations = {{"convolution", {size, stride}}, {"reduction", {pool}}}};
  return spec;
}

}  // namespace qalam
