#include "controller/objective.h"

#include <algorithm>
#include <cmath>

namespace qalam {

StatusOr<double> ObjectiveValue(const Objective& objective,
                                const std::vector<MetricSummary>& metrics) {
  const auto metric = std::find_if(metrics.begin(), metrics.end(), [&](const MetricSummary& m) {
    return m.name == objective.metric_name;
  });
  if (metric == metrics.end()) {
    std::string seen;
    for (const auto& one : metrics) seen += (seen.empty() ? "" : ", ") + one.name;
    return NotFound("the trial ended without reporting {}; it reported {}", objective.metric_name,
                    seen.empty() ? "no metric at all" : seen);
  }
  auto strategy = objective.type == ObjectiveType::kMinimize ? MetricStrategyType::kMin
                                                             : MetricStrategyType::kMax;
  for (const auto& one : objective.metric_strategies) {
    if (one.name == objective.metric_name) strategy = one.value;
  }
  const double value = strategy == MetricStrategyType::kMin   ? metric->min
                       : strategy == MetricStrategyType::kMax ? metric->max
                                                              : metric->latest;
  if (std::isnan(value)) {
    return OutOfRange("the trial reported {} only as NaN; its training may have diverged",
                      objective.metric_name);
  }
  return value;
}

}  // namespace qalam
