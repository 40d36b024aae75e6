#include "db/sqlite/read_metrics.h"

#include <algorithm>

#include "db/downsample.h"
#include "db/pick_points.h"
#include "db/record_rows.h"

namespace qalam::sqlite {

namespace {

struct Metric {
  int64_t id = 0;
  std::string name;
  CurveEnds ends;
};

// Those that the query asks for.
StatusOr<std::vector<Metric>> ListMetrics(Connection& connection, int64_t trial,
                                          const std::string& name) {
  ASSIGN_OR_RETURN(
      auto row,
      connection.Prepare(
          "SELECT id, name, count, has_blocks, first_sequence, last_sequence, lowest_sequence, "
          "lowest, "
          "highest_sequence, highest FROM metrics WHERE trial_id=?1 AND (?2='' OR name=?2) "
          "ORDER BY id"));
  row.Bind(trial).Bind(name);
  std::vector<Metric> metrics;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return metrics;
    Metric metric;
    metric.id = row.Int();
    metric.name = row.Text();
    metric.ends.count = row.Int();
    metric.ends.has_blocks = row.Int() != 0;
    metric.ends.first_sequence = row.Int();
    metric.ends.last_sequence = row.Int();
    metric.ends.last_block = ReadBlock(row);
    metrics.push_back(std::move(metric));
  }
}

size_t IndexOf(const std::vector<Metric>& metrics, int64_t id) {
  const auto found =
      std::lower_bound(metrics.begin(), metrics.end(), id,
                       [](const Metric& metric, int64_t i) { return metric.id < i; });
  return found != metrics.end() && found->id == id ? found - metrics.begin() : metrics.size();
}

MetricPoint ReadPoint(Statement& row, const Metric& metric) {
  MetricPoint point;
  point.metric = metric.name;
  point.time = row.TimeValue();
  point.value = row.Double();
  point.step = row.Int();
  point.text = row.Text();
  return point;
}

StatusOr<std::vector<MetricPoint>> ReadPoints(Connection& connection, int64_t trial,
                                              const std::vector<Metric>& metrics) {
  ASSIGN_OR_RETURN(auto row, connection.Prepare("SELECT metric_id, time, value, step, text FROM "
                                                "points WHERE trial_id=? ORDER BY sequence"));
  row.Bind(trial);
  std::vector<MetricPoint> points;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return points;
    const size_t metric = IndexOf(metrics, row.Int());
    if (metric < metrics.size()) points.push_back(ReadPoint(row, metrics[metric]));
  }
}

// The sequence numbers of the points that are picked, of metrics of which all points are looked at.
// Looks at values alone: most rows are passed over, and the other columns of a long series cost
// more than picking.
StatusOr<std::vector<int64_t>> PickFromPoints(Connection& connection, int64_t trial,
                                              const std::vector<Metric>& metrics, int max_points) {
  std::vector<Downsampler> downsamplers;
  for (const auto& metric : metrics) downsamplers.emplace_back(metric.ends.count, max_points);
  ASSIGN_OR_RETURN(auto row, connection.Prepare("SELECT metric_id, sequence, value FROM points "
                                                "WHERE trial_id=? ORDER BY sequence"));
  row.Bind(trial);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    const size_t metric = IndexOf(metrics, row.Int());
    if (metric == metrics.size()) continue;
    const int64_t sequence = row.Int();
    downsamplers[metric].Add(sequence, row.Double());
  }
  std::vector<int64_t> picked;
  for (auto& downsampler : downsamplers) {
    const auto kept = downsampler.Finish();
    picked.insert(picked.end(), kept.begin(), kept.end());
  }
  return picked;
}

StatusOr<std::vector<int64_t>> PickFromBlocks(Connection& connection, const Metric& metric,
                                              int max_points) {
  ASSIGN_OR_RETURN(auto row,
                   connection.Prepare("SELECT lowest_sequence, lowest, highest_sequence, highest "
                                      "FROM curve_blocks WHERE metric_id=? ORDER BY number"));
  row.Bind(metric.id);
  BlockPicker picker(metric.ends, max_points);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return picker.Finish();
    picker.Add(ReadBlock(row));
  }
}

// Growing.
StatusOr<std::vector<int64_t>> Pick(Connection& connection, int64_t trial,
                                    const std::vector<Metric>& metrics, int max_points) {
  std::vector<int64_t> picked;
  std::vector<Metric> short_ones;
  for (const auto& metric : metrics) {
    if (!IsDrawnFromBlocks(metric.ends, max_points)) {
      short_ones.push_back(metric);
      continue;
    }
    ASSIGN_OR_RETURN(const auto found, PickFromBlocks(connection, metric, max_points));
    picked.insert(picked.end(), found.begin(), found.end());
  }
  if (!short_ones.empty()) {
    ASSIGN_OR_RETURN(const auto found, PickFromPoints(connection, trial, short_ones, max_points));
    picked.insert(picked.end(), found.begin(), found.end());
  }
  std::sort(picked.begin(), picked.end());
  return picked;
}

StatusOr<std::vector<MetricPoint>> ReadPicked(Connection& connection, int64_t trial,
                                              const std::vector<Metric>& metrics,
                                              const std::vector<int64_t>& sequences) {
  std::vector<MetricPoint> points;
  points.reserve(sequences.size());
  for (const int64_t sequence : sequences) {
    ASSIGN_OR_RETURN(auto row, connection.Prepare("SELECT metric_id, time, value, step, text FROM "
                                                  "points WHERE trial_id=? AND sequence=?"));
    ASSIGN_OR_RETURN(const bool found, row.Bind(trial).Bind(sequence).Step());
    if (!found) return DataLoss("{}: a metric's points are damaged", connection.path());
    const size_t metric = IndexOf(metrics, row.Int());
    points.push_back(ReadPoint(row, metrics[metric]));
  }
  return points;
}

}  // namespace

StatusOr<MetricSeries> ReadMetrics(Connection& connection, const MetricQuery& query) {
  MetricSeries series;
  ASSIGN_OR_RETURN(auto row, connection.Prepare("SELECT id FROM trials WHERE uid=?"));
  ASSIGN_OR_RETURN(const bool found, row.Bind(query.trial_uid).Step());
  if (!found) return series;
  const int64_t trial = row.Int();
  ASSIGN_OR_RETURN(const auto metrics, ListMetrics(connection, trial, query.metric));
  if (metrics.empty()) return series;
  for (const auto& metric : metrics) series.total += metric.ends.count;
  if (query.max_points <= 0) {
    ASSIGN_OR_RETURN(series.points, ReadPoints(connection, trial, metrics));
    return series;
  }
  ASSIGN_OR_RETURN(const auto picked, Pick(connection, trial, metrics, query.max_points));
  ASSIGN_OR_RETURN(series.points, ReadPicked(connection, trial, metrics, picked));
  return series;
}

}  // namespace qalam::sqlite
