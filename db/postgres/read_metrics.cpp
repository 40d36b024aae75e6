#include "db/postgres/read_metrics.h"

#include <algorithm>
#include <map>

#include "db/downsample.h"
#include "db/pick_points.h"
#include "db/record_rows.h"

namespace qalam::postgres {

namespace {

struct Metric {
  std::string name;
  CurveEnds ends;
};
using Metrics = std::map<int64_t, Metric>;  // by the ids of their rows

// Those that the query asks for.
StatusOr<Metrics> ListMetrics(Connection& connection, int64_t trial, const std::string& name) {
  auto row = connection.Prepare(
      "SELECT id, name, count, first_sequence, last_sequence, lowest_sequence, lowest, "
      "highest_sequence, highest FROM metrics WHERE trial_id=$1 AND ($2='' OR name=$2)");
  row.Bind(trial).Bind(name);
  Metrics metrics;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return metrics;
    Metric& metric = metrics[row.Int()];
    metric.name = row.Text();
    metric.ends.count = row.Int();
    metric.ends.has_blocks = true;
    metric.ends.first_sequence = row.Int();
    metric.ends.last_sequence = row.Int();
    metric.ends.last_block = ReadBlock(row);
  }
}

std::vector<int64_t> IdsOf(const Metrics& metrics) {
  std::vector<int64_t> ids;
  for (const auto& [id, metric] : metrics) ids.push_back(id);
  return ids;
}

StatusOr<std::vector<MetricPoint>> ReadPoints(Statement& row, const Metrics& metrics) {
  std::vector<MetricPoint> points;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return points;
    MetricPoint point;
    point.metric = metrics.at(row.Int()).name;
    point.time = row.TimeValue();
    point.value = row.Double();
    point.step = row.Int();
    point.text = row.Text();
    points.push_back(std::move(point));
  }
}

#define QALAM_POINTS                                                         \
  "SELECT metric_id, time, value, step, text FROM points WHERE trial_id=$1 " \
  "AND metric_id=ANY($2) "

// The sequence numbers of the points that are picked, growing, of metrics of which all points are
// looked at. A part at a time: a long series is not held, here or by libpq.
StatusOr<std::vector<int64_t>> PickFromPoints(Connection& connection, int64_t trial,
                                              const Metrics& metrics, int max_points) {
  std::map<int64_t, Downsampler> downsamplers;
  for (const auto& [id, metric] : metrics) {
    downsamplers.try_emplace(id, metric.ends.count, max_points);
  }
  RETURN_IF_ERROR(connection
                      .Prepare("DECLARE picking NO SCROLL CURSOR FOR SELECT metric_id, sequence, "
                               "value FROM points WHERE trial_id=$1 AND metric_id=ANY($2) "
                               "ORDER BY sequence")
                      .Bind(trial)
                      .Bind(IdsOf(metrics))
                      .Run());
  for (bool more = true; more;) {
    auto row = connection.Prepare("FETCH 20000 FROM picking");
    more = false;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      more = true;
      Downsampler& downsampler = downsamplers.at(row.Int());
      const int64_t sequence = row.Int();
      downsampler.Add(sequence, row.Double());
    }
  }
  RETURN_IF_ERROR(connection.Execute("CLOSE picking"));
  std::vector<int64_t> picked;
  for (auto& [id, downsampler] : downsamplers) {
    const auto kept = downsampler.Finish();
    picked.insert(picked.end(), kept.begin(), kept.end());
  }
  return picked;
}

StatusOr<std::vector<int64_t>> PickFromBlocks(Connection& connection, int64_t id,
                                              const CurveEnds& ends, int max_points) {
  auto row = connection.Prepare(
      "SELECT lowest_sequence, lowest, highest_sequence, highest FROM curve_blocks "
      "WHERE metric_id=$1 ORDER BY number");
  row.Bind(id);
  BlockPicker picker(ends, max_points);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return picker.Finish();
    picker.Add(ReadBlock(row));
  }
}

StatusOr<std::vector<int64_t>> Pick(Connection& connection, int64_t trial, const Metrics& metrics,
                                    int max_points) {
  std::vector<int64_t> picked;
  Metrics short_ones;
  for (const auto& [id, metric] : metrics) {
    if (!IsDrawnFromBlocks(metric.ends, max_points)) {
      short_ones.emplace(id, metric);
      continue;
    }
    ASSIGN_OR_RETURN(const auto found, PickFromBlocks(connection, id, metric.ends, max_points));
    picked.insert(picked.end(), found.begin(), found.end());
  }
  if (!short_ones.empty()) {
    ASSIGN_OR_RETURN(const auto found, PickFromPoints(connection, trial, short_ones, max_points));
    picked.insert(picked.end(), found.begin(), found.end());
  }
  std::sort(picked.begin(), picked.end());
  return picked;
}

}  // namespace

StatusOr<MetricSeries> ReadMetrics(Connection& connection, const MetricQuery& query) {
  MetricSeries series;
  auto trial_row = connection.Prepare("SELECT id FROM trials WHERE uid=$1");
  ASSIGN_OR_RETURN(const bool found, trial_row.Bind(query.trial_uid).Step());
  if (!found) return series;
  const int64_t trial = trial_row.Int();
  ASSIGN_OR_RETURN(const Metrics metrics, ListMetrics(connection, trial, query.metric));
  if (metrics.empty()) return series;
  for (const auto& [id, metric] : metrics) series.total += metric.ends.count;
  const bool all = query.max_points <= 0;
  auto row = connection.Prepare(all ? QALAM_POINTS "ORDER BY sequence"
                                    : QALAM_POINTS "AND sequence=ANY($3) ORDER BY sequence");
  row.Bind(trial).Bind(IdsOf(metrics));
  if (!all) {
    ASSIGN_OR_RETURN(const auto picked, Pick(connection, trial, metrics, query.max_points));
    row.Bind(picked);
  }
  ASSIGN_OR_RETURN(series.points, ReadPoints(row, metrics));
  return series;
}

#undef QALAM_POINTS

}  // namespace qalam::postgres
