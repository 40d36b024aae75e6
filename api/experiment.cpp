#include "api/experiment.h"

#include <algorithm>

namespace qalam {

std::vector<std::string> MetricNames(const Objective& objective) {
  std::vector<std::string> names = {objective.metric_name};
  const auto add = [&](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& additional : objective.additional_objectives) add(additional.metric_name);
  for (const auto& name : objective.additional_metric_names) add(name);
  return names;
}

}  // namespace qalam
