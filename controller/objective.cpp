#include "controller/objective.h"

#include <algorithm>
#include <cmath>

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

StatusOr<double> ObjectiveValue(const Objective& objective,
                                const std::vector<MetricSummary>& metrics) {
  const MetricSummary* metric = Find(metrics, objective.metric_name);
  if (metric == nullptr) {
    std::string seen;
    for (const auto& one : metrics) seen += (seen.empty() ? "" : ", ") + one.name;
    return NotFound("the trial ended without reporting {}; it reported {}", objective.metric_name,
                    seen.empty() ? "no metric at all" : seen);
  }
  const double value = ValueOf(objective, *metric);
  if (std::isnan(value)) {
    return OutOfRange("the trial reported {} only as NaN; its training may have diverged",
                      objective.metric_name);
  }
  return value;
}

}  // namespace qalam
