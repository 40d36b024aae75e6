#include "server/analysis/metric_series.h"

#include <algorithm>

#include "server/analysis/json_text.h"

namespace qalam {

void AppendJsonPoints(std::string& json, const std::vector<MetricPoint>& points) {
  json += ",\"steps\":";
  AppendJsonList(json, points, [](std::string& out, const MetricPoint& point) {
    if (point.step < 0) {
      out += "null";
    } else {
      AppendJsonInt(out, point.step);
    }
  });
  json += ",\"times\":";
  AppendJsonList(json, points, [](std::string& out, const MetricPoint& point) {
    AppendJsonTime(out, point.time);
  });
  json += ",\"values\":";
  AppendJsonList(json, points, [](std::string& out, const MetricPoint& point) {
    AppendJsonNumberOrWord(out, point.value);
  });
}

std::string PrintMetricSeries(const std::vector<MetricPoint>& points,
                              const std::map<std::string, int64_t>* totals) {
  std::vector<std::pair<std::string, std::vector<MetricPoint>>> by_metric;
  for (const auto& point : points) {
    auto found = std::find_if(by_metric.begin(), by_metric.end(),
                              [&](const auto& entry) { return entry.first == point.metric; });
    if (found == by_metric.end()) {
      by_metric.push_back({point.metric, {}});
      found = by_metric.end() - 1;
    }
    found->second.push_back(point);
  }
  std::string json;
  AppendJsonList(json, by_metric, [&](std::string& out, const auto& entry) {
    const auto& [metric, of_metric] = entry;
    out += "{\"metric\":";
    AppendJsonString(out, metric);
    if (totals != nullptr) {
      out += ",\"total\":";
      const auto total = totals->find(metric);
      AppendJsonInt(
          out, total == totals->end() ? static_cast<int64_t>(of_metric.size()) : total->second);
    }
    AppendJsonPoints(out, of_metric);
    out += ",\"texts\":";
    const bool has_text = std::any_of(of_metric.begin(), of_metric.end(),
                                      [](const auto& point) { return !point.text.empty(); });
    AppendJsonList(
        out, has_text ? of_metric : std::vector<MetricPoint>(),
        [](std::string& o, const MetricPoint& point) { AppendJsonString(o, point.text); });
    out += '}';
  });
  return json;
}

StatusOr<std::string> MetricSeriesJson(Store& store, const TrialRecord& trial,
                                       const std::string& metric, int max_points) {
  ASSIGN_OR_RETURN(
      const auto series,
      store.ReadMetrics({.trial_uid = trial.uid, .metric = metric, .max_points = max_points}));
  std::map<std::string, int64_t> totals;
  for (const auto& summary : trial.metrics) totals[summary.name] = summary.count;
  return "{\"series\":" + PrintMetricSeries(series.points, &totals) + "}";
}

}  // namespace qalam
