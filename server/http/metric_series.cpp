#include "server/http/metric_series.h"

#include "server/http/message_json.h"

namespace qalam::http {

namespace {

struct Series {
  Json steps = Json::array(), times = Json::array(), values = Json::array(), texts = Json::array();
  bool has_texts = false;
};

}  // namespace

Json SeriesToJson(const std::vector<MetricPoint>& points,
                  const std::map<std::string, int64_t>& totals) {
  std::map<std::string, Series> by_metric;
  for (const auto& point : points) {
    Series& series = by_metric[point.metric];
    series.steps.push_back(point.step);
    series.times.push_back(absl::ToUnixMillis(point.time));
    series.values.push_back(NumberToJson(point.value));
    series.texts.push_back(point.text);
    series.has_texts = series.has_texts || !point.text.empty();
  }
  Json all = Json::array();
  for (auto& [metric, series] : by_metric) {
    const auto total = totals.find(metric);
    const auto shown = static_cast<int64_t>(series.values.size());
    all.push_back({{"metric", metric},
                   {"total", total == totals.end() ? shown : total->second},
                   {"steps", std::move(series.steps)},
                   {"times", std::move(series.times)},
                   {"values", std::move(series.values)},
                   {"texts", series.has_texts ? std::move(series.texts) : Json::array()}});
  }
  return all;
}

}  // namespace qalam::http
