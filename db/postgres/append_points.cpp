#include "db/postgres/append_points.h"

#include <map>

#include "db/postgres/binary.h"
#include "db/record_rows.h"

namespace qalam::postgres {

namespace {

using Summaries = std::map<std::string, RunningSummary, std::less<>>;

Status LoadSummaries(Connection& connection, int64_t trial, Summaries& summaries) {
  auto row = connection.Prepare("SELECT name, id, " QALAM_SUMMARY_COLUMNS
                                " FROM metrics WHERE trial_id=$1");
  row.Bind(trial);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    const auto entry = summaries.find(row.TextView());
    if (entry == summaries.end()) continue;
    entry->second.id = row.Int();
    ReadSummary(row, entry->second);
  }
}

Status SaveBlocks(Connection& connection, const RunningSummary& summary) {
  int64_t number = summary.full_from;
  for (const CurveBlock& block : summary.full) {
    auto statement = connection.Prepare(
        "INSERT INTO curve_blocks (lowest_sequence, lowest, highest_sequence, highest, metric_id, "
        "number) VALUES ($1,$2,$3,$4,$5,$6)");
    BindBlock(statement, block);
    RETURN_IF_ERROR(statement.Bind(summary.id).Bind(number++).Run());
  }
  return absl::OkStatus();
}

Status SaveSummary(Connection& connection, int64_t trial, const std::string& metric,
                   RunningSummary& summary) {
  auto statement = connection.Prepare(
      summary.id == 0
          ? "INSERT INTO metrics (" QALAM_SUMMARY_COLUMNS
            ", trial_id, name) VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13) RETURNING id"
          : "UPDATE metrics SET (" QALAM_SUMMARY_COLUMNS
            ")=($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11) WHERE id=$12 RETURNING id");
  BindSummary(statement, summary);
  if (summary.id != 0) {
    statement.Bind(summary.id);
  } else {
    statement.Bind(trial).Bind(metric);
  }
  ASSIGN_OR_RETURN(const bool found, statement.Step());
  if (!found) return Internal("{}: a metric has no row", connection.address().Shown());
  summary.id = statement.Int();
  return SaveBlocks(connection, summary);
}

void AppendNumber(int64_t value, std::string& rows) {
  AppendBytes(int32_t{8}, rows);
  AppendBytes(value, rows);
}

// A row of COPY: how many columns, then each one's length and bytes.
void AppendRow(int64_t trial, int64_t sequence, int64_t metric, const MetricPoint& point,
               std::string& rows) {
  constexpr int16_t kColumns = 7;
  AppendBytes(kColumns, rows);
  AppendNumber(trial, rows);
  AppendNumber(sequence, rows);
  AppendNumber(metric, rows);
  AppendNumber(absl::ToUnixMicros(point.time), rows);
  AppendNumber(BitsOf(point.value), rows);
  AppendNumber(point.step, rows);
  if (point.text.empty()) return AppendBytes(int32_t{-1}, rows);
  const std::string text = StorableText(point.text);
  AppendBytes(static_cast<int32_t>(text.size()), rows);
  rows += text;
}

}  // namespace

Status AppendPoints(Connection& connection, int64_t trial, int64_t sequence,
                    const std::vector<MetricPoint>& points) {
  // Read and written once a batch, not once a point, and before the points, which name their rows.
  Summaries summaries;
  std::vector<std::string> names;
  for (const auto& point : points) {
    if (names.empty() || point.metric != points[names.size() - 1].metric) {
      names.push_back(StorableText(point.metric));
    } else {
      names.push_back(names.back());
    }
    summaries.try_emplace(names.back());
  }
  RETURN_IF_ERROR(LoadSummaries(connection, trial, summaries));
  std::vector<const RunningSummary*> summary_of;
  for (size_t i = 0; i < points.size(); ++i) {
    RunningSummary& summary = summaries.find(names[i])->second;
    summary.Add(points[i], sequence + static_cast<int64_t>(i));
    summary_of.push_back(&summary);
  }
  for (auto& [metric, summary] : summaries) {
    RETURN_IF_ERROR(SaveSummary(connection, trial, metric, summary));
  }
  std::string rows;
  for (size_t i = 0; i < points.size(); ++i) {
    AppendRow(trial, sequence++, summary_of[i]->id, points[i], rows);
  }
  RETURN_IF_ERROR(connection.CopyIn(
      "COPY points (trial_id, sequence, metric_id, time, value, step, text) FROM STDIN BINARY",
      rows));
  return connection.Prepare("UPDATE trials SET point_count=$1 WHERE id=$2")
      .Bind(sequence)
      .Bind(trial)
      .Run();
}

}  // namespace qalam::postgres
