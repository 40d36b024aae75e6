#include "server/analysis/curves.h"

#include <algorithm>
#include <cmath>

#include "server/analysis/json_text.h"
#include "server/analysis/metric_series.h"

namespace qalam {

namespace {

const MetricColumn* FindColumn(const TrialColumns& columns, const std::string& name) {
  const auto found = std::find_if(columns.metrics.begin(), columns.metrics.end(),
                                  [&](const MetricColumn& column) { return column.name == name; });
  return found == columns.metrics.end() ? nullptr : &*found;
}

// The better one first; those without an objective last.
std::vector<size_t> ByObjective(const ObjectiveColumn& objective, std::vector<size_t> rows) {
  const double sign = objective.type == ObjectiveType::kMinimize ? 1 : -1;
  const auto& values = objective.values;
  std::stable_sort(rows.begin(), rows.end(), [&](size_t a, size_t b) {
    if (std::isnan(values[a]) || std::isnan(values[b])) return !std::isnan(values[a]);
    return sign * values[a] < sign * values[b];
  });
  return rows;
}

}  // namespace

std::vector<size_t> ChooseCurves(const TrialColumns& columns, const std::string& metric,
                                 size_t most) {
  const MetricColumn* const column = FindColumn(columns, metric);
  std::vector<size_t> rows;
  for (size_t row = 0; column != nullptr && row < columns.numbers.size(); ++row) {
    if (column->reported[row] != 0) rows.push_back(row);
  }
  if (rows.size() <= most) return rows;
  std::vector<size_t> chosen = ByObjective(columns.objectives[0], rows);
  chosen.resize(most / 2);
  std::vector<char> is_chosen(columns.numbers.size(), 0);
  for (const size_t row : chosen) is_chosen[row] = 1;
  for (size_t i = rows.size(); i-- > 0 && chosen.size() < most;) {
    if (is_chosen[rows[i]] == 0) chosen.push_back(rows[i]);
  }
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

StatusOr<std::string> CurvesJson(Store& store, const TrialColumns& columns,
                                 const CurvesQuery& query) {
  if (query.points < 1 || query.trials < 1) {
    return InvalidArgument("points and trials: should be above 0");
  }
  const std::string metric = query.metric.empty() ? columns.objectives[0].metric : query.metric;
  const auto rows = ChooseCurves(columns, metric, query.trials);
  if (rows.empty()) return NotFound("no trial has reported {} yet", metric);
  std::string json = "{\"metric\":";
  AppendJsonString(json, metric);
  json += ",\"series\":[";
  for (size_t i = 0; i < rows.size(); ++i) {
    ASSIGN_OR_RETURN(const auto series, store.ReadMetrics({.trial_uid = columns.uids[rows[i]],
                                                           .metric = metric,
                                                           .max_points = query.points}));
    json += i > 0 ? ",{\"number\":" : "{\"number\":";
    AppendJsonInt(json, columns.numbers[rows[i]]);
    AppendJsonPoints(json, series.points);
    json += '}';
  }
  json += "]}";
  return json;
}

}  // namespace qalam
