#pragma once

#include <string>
#include <vector>

#include "suggestion/registry.h"

namespace qalam {

// Gives the experiment of an algorithm that needs one a resource, from `min` to `max` epochs.
inline void AddResource(ExperimentSpec& spec, const std::string& min, const std::string& max) {
  const AlgorithmEntry* entry = FindAlgorithm(spec.algorithm.name);
  if (entry == nullptr || !entry->capabilities.fidelity) return;
  Parameter epochs{.name = "epochs", .type = ParameterType::kInt};
  epochs.feasible_space = {.min = min, .max = max};
  spec.parameters.push_back(epochs);
  spec.algorithm.settings.push_back({"resource_name", "epochs"});
}

// The algorithms that choose among points. Another's one trial searches by itself: it has tests of
// its own.
inline std::vector<std::string> ChoosingAlgorithms() {
  std::vector<std::string> names;
  for (const auto& entry : AlgorithmRegistry()) {
    if (!entry.capabilities.one_shot) names.push_back(entry.name);
  }
  return names;
}

}  // namespace qalam
