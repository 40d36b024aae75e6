#include "db/postgres/read_trials.h"

#include <map>

#include "db/postgres/conditions.h"
#include "db/record_rows.h"

namespace qalam::postgres {

namespace {

// Not as a condition of the join: then the planner cannot know that an index has the trials of one
// experiment in the order that is asked for, and sorts all of them.
#define QALAM_OF_EXPERIMENT(uid) "t.experiment_id=(SELECT id FROM experiments WHERE uid=" uid ")"
// The trials that may be the incumbent, in their index, which holds no others.
#define QALAM_BEST_TRIALS                  \
  QALAM_OF_EXPERIMENT("$1")                \
  " AND t.state IN (2, 5) AND t.feasible " \
  "AND t.objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308"
#define QALAM_TRIALS            \
  "SELECT " QALAM_TRIAL_COLUMNS \
  ", t.id, e.uid FROM trials t JOIN experiments e ON e.id=t.experiment_id"

Conditions TrialConditions(const TrialQuery& query) {
  Conditions conditions;
  if (!query.experiment_uid.empty()) {
    conditions.Add(QALAM_OF_EXPERIMENT("#"), query.experiment_uid);
  }
  if (!query.uid.empty()) conditions.Add("t.uid=#", query.uid);
  if (!query.name.empty()) conditions.Add("t.name=#", query.name);
  if (query.after_number >= 0) conditions.Add("t.number>#", query.after_number);
  if (!query.numbers.empty()) conditions.Add("t.number=ANY(#)", query.numbers);
  if (!query.states.empty()) {
    std::vector<int64_t> states;
    bool active = true;
    for (const TrialState state : query.states) {
      states.push_back(static_cast<int64_t>(state));
      active &= !IsTerminal(state);
    }
    // The index of the active ones is used only where the text says so.
    if (active) conditions.AddPlain("t.state<2");
    conditions.Add("t.state=ANY(#)", states);
  }
  return conditions;
}

// By the ids of their rows.
Status ReadSummaries(Connection& connection, const std::vector<int64_t>& ids,
                     std::vector<TrialRecord>& records) {
  std::map<int64_t, TrialRecord*> by_id;
  for (size_t i = 0; i < ids.size(); ++i) by_id[ids[i]] = &records[i];
  auto row = connection.Prepare(
      "SELECT trial_id, name, min, max, latest, count, text FROM metrics "
      "WHERE trial_id=ANY($1) ORDER BY trial_id, name");
  row.Bind(ids);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    TrialRecord& record = *by_id[row.Int()];
    record.metrics.push_back(ReadMetricSummary(row));
  }
}

StatusOr<std::vector<TrialRecord>> ReadTrials(Connection& connection, Statement& row,
                                              bool with_metrics) {
  std::vector<TrialRecord> records;
  std::vector<int64_t> ids;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    ASSIGN_OR_RETURN(TrialRecord record, ReadTrial(row));
    ids.push_back(row.Int());
    record.experiment_uid = row.Text();
    records.push_back(std::move(record));
  }
  if (with_metrics && !ids.empty()) RETURN_IF_ERROR(ReadSummaries(connection, ids, records));
  return records;
}

}  // namespace

StatusOr<std::vector<TrialRecord>> ListTrials(Connection& connection, const TrialQuery& query) {
  Conditions conditions = TrialConditions(query);
  std::string sql = QALAM_TRIALS + conditions.text() + " ORDER BY ";
  // Apart from each other only where there may be several experiments.
  sql += query.experiment_uid.empty() ? "t.experiment_id, t.number" : "t.number";
  if (query.limit > 0) sql += " LIMIT " + conditions.Parameter(query.limit);
  auto row = connection.Prepare(sql);
  conditions.Bind(row);
  return ReadTrials(connection, row, query.with_metrics);
}

StatusOr<TrialCounts> CountTrials(Connection& connection, const std::string& experiment_uid) {
  auto row = connection.Prepare(
      "SELECT state, count FROM trial_counts WHERE experiment_id="
      "(SELECT id FROM experiments WHERE uid=$1)");
  row.Bind(experiment_uid);
  return ReadCountRows(row);
}

StatusOr<std::optional<TrialRecord>> BestTrial(Connection& connection,
                                               const std::string& experiment_uid,
                                               ObjectiveType type) {
  auto row = connection.Prepare(fmt::format(
      QALAM_TRIALS " WHERE " QALAM_BEST_TRIALS " ORDER BY t.objective {}, t.number LIMIT 1",
      type == ObjectiveType::kMinimize ? "" : "DESC"));
  row.Bind(experiment_uid);
  ASSIGN_OR_RETURN(auto best, ReadTrials(connection, row, /*with_metrics=*/true));
  return best.empty() ? std::nullopt : std::optional<TrialRecord>(std::move(best.front()));
}

StatusOr<std::vector<Incumbent>> ListIncumbents(Connection& connection,
                                                const std::string& experiment_uid,
                                                ObjectiveType type) {
  const bool least = type == ObjectiveType::kMinimize;
  auto row = connection.Prepare(
      fmt::format("SELECT number, objective FROM (SELECT t.number, t.objective, {}(t.objective) "
                  "OVER (ORDER BY t.number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) "
                  "AS earlier FROM trials t JOIN experiments e ON e.id=t.experiment_id "
                  "WHERE " QALAM_BEST_TRIALS
                  ") AS each WHERE earlier IS NULL OR objective{}earlier ORDER BY number",
                  least ? "min" : "max", least ? "<" : ">"));
  row.Bind(experiment_uid);
  std::vector<Incumbent> incumbents;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return incumbents;
    const int64_t number = row.Int();
    incumbents.push_back({number, row.Double()});
  }
}

#undef QALAM_TRIALS
#undef QALAM_BEST_TRIALS
#undef QALAM_OF_EXPERIMENT

}  // namespace qalam::postgres
