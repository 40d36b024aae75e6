#include "db/sqlite/read_trials.h"

#include <algorithm>

#include "db/record_rows.h"

namespace qalam::sqlite {

namespace {

// The rows of a trial query; experiment_uid follows the trial's own columns.
StatusOr<Statement> PrepareTrials(Connection& connection, const TrialQuery& query) {
  // The planner cannot use an index through "?='' OR", so the common questions have a text each.
  const char* sql;
  const bool active_only =
      !query.states.empty() &&
      std::all_of(query.states.begin(), query.states.end(), [](auto s) { return !IsTerminal(s); });
  if (!query.uid.empty() || !query.name.empty()) {
    sql = query.name.empty()
              ? "SELECT " QALAM_TRIAL_COLUMNS
                ", t.id, e.uid FROM trials t JOIN experiments e ON e.id=t.experiment_id "
                "WHERE t.uid=?1 AND t.number>?2 ORDER BY t.number"
              : "SELECT " QALAM_TRIAL_COLUMNS
                ", t.id, e.uid FROM trials t JOIN experiments e ON e.id=t.experiment_id "
                "WHERE t.name=?1 AND t.number>?2 ORDER BY t.number";
  } else if (query.experiment_uid.empty()) {
    sql = "SELECT " QALAM_TRIAL_COLUMNS
          ", t.id, e.uid FROM trials t JOIN experiments e ON e.id=t.experiment_id "
          "WHERE ?1='' AND t.number>?2 ORDER BY t.experiment_id, t.number";
  } else if (active_only) {
    sql = "SELECT " QALAM_TRIAL_COLUMNS
          ", t.id, e.uid FROM experiments e JOIN trials t INDEXED BY active_trials "
          "ON e.id=t.experiment_id WHERE e.uid=?1 AND t.number>?2 AND t.state<2 ORDER BY t.number";
  } else {
    sql = "SELECT " QALAM_TRIAL_COLUMNS
          ", t.id, e.uid FROM experiments e CROSS JOIN trials t ON e.id=t.experiment_id "
          "WHERE e.uid=?1 AND t.number>?2 ORDER BY t.number";
  }
  ASSIGN_OR_RETURN(auto row, connection.Prepare(sql));
  row.Bind(!query.uid.empty() && query.name.empty() ? query.uid
           : !query.name.empty()                    ? query.name
                                                    : query.experiment_uid)
      .Bind(query.after_number);
  return row;
}

Status ReadSummaries(Connection& connection, int64_t trial, TrialRecord& record) {
  ASSIGN_OR_RETURN(auto row,
                   connection.Prepare("SELECT name, min, max, latest, count, text FROM metrics "
                                      "WHERE trial_id=? ORDER BY name"));
  row.Bind(trial);
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return absl::OkStatus();
    record.metrics.push_back(ReadMetricSummary(row));
  }
}

bool Passes(const TrialQuery& query, const TrialRecord& record) {
  const auto allowed = [](const auto& wanted, const auto& value) {
    return wanted.empty() || wanted == value;
  };
  const auto listed = [](const auto& wanted, const auto& value) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), value) != wanted.end();
  };
  return allowed(query.experiment_uid, record.experiment_uid) && allowed(query.uid, record.uid) &&
         allowed(query.name, record.name) && listed(query.states, record.state) &&
         record.number > query.after_number;
}

// Reads what `row` gives and the query lets pass.
Status ReadRows(Connection& connection, Statement& row, const TrialQuery& query,
                std::vector<TrialRecord>& records) {
  while (query.limit <= 0 || static_cast<int>(records.size()) < query.limit) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    ASSIGN_OR_RETURN(TrialRecord record, ReadTrial(row));
    const int64_t id = row.Int();
    record.experiment_uid = row.Text();
    if (!Passes(query, record)) continue;
    if (query.with_metrics) RETURN_IF_ERROR(ReadSummaries(connection, id, record));
    records.push_back(std::move(record));
  }
  return absl::OkStatus();
}

StatusOr<std::vector<TrialRecord>> ListByNumber(Connection& connection, const TrialQuery& query) {
  std::vector<int64_t> numbers = query.numbers;
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  std::vector<TrialRecord> records;
  for (const int64_t number : numbers) {
    ASSIGN_OR_RETURN(auto row,
                     connection.Prepare("SELECT " QALAM_TRIAL_COLUMNS
                                        ", t.id, e.uid FROM experiments e CROSS JOIN trials t ON "
                                        "e.id=t.experiment_id WHERE e.uid=?1 AND t.number=?2"));
    row.Bind(query.experiment_uid).Bind(number);
    RETURN_IF_ERROR(ReadRows(connection, row, query, records));
  }
  return records;
}

// The trials that may be the incumbent, in their index, which holds no others.
#define QALAM_FROM_BEST_TRIALS                                        \
  " FROM experiments e JOIN trials t INDEXED BY trials_by_objective " \
  "ON e.id=t.experiment_id WHERE e.uid=? AND t.state IN (2, 5) "      \
  "AND t.feasible=1 "                                                 \
  "AND t.objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308 "

}  // namespace

StatusOr<std::vector<TrialRecord>> ListTrials(Connection& connection, const TrialQuery& query) {
  if (!query.numbers.empty()) return ListByNumber(connection, query);
  ASSIGN_OR_RETURN(auto row, PrepareTrials(connection, query));
  std::vector<TrialRecord> records;
  RETURN_IF_ERROR(ReadRows(connection, row, query, records));
  return records;
}

StatusOr<TrialCounts> CountTrials(Connection& connection, const std::string& experiment_uid) {
  ASSIGN_OR_RETURN(auto row,
                   connection.Prepare("SELECT state, count FROM trial_counts WHERE experiment_id="
                                      "(SELECT id FROM experiments WHERE uid=?)"));
  row.Bind(experiment_uid);
  return ReadCountRows(row);
}

StatusOr<std::optional<TrialRecord>> BestTrial(Connection& connection,
                                               const std::string& experiment_uid,
                                               ObjectiveType type) {
#define QALAM_BEST_TRIAL "SELECT " QALAM_TRIAL_COLUMNS ", t.id, e.uid" QALAM_FROM_BEST_TRIALS
  ASSIGN_OR_RETURN(auto row, connection.Prepare(type == ObjectiveType::kMinimize ? QALAM_BEST_TRIAL
                                                    "ORDER BY t.objective, t.number LIMIT 1"
                                                                                 : QALAM_BEST_TRIAL
                                                    "ORDER BY t.objective DESC, t.number LIMIT 1"));
#undef QALAM_BEST_TRIAL
  row.Bind(experiment_uid);
  std::vector<TrialRecord> best;
  RETURN_IF_ERROR(ReadRows(connection, row, {}, best));
  return best.empty() ? std::nullopt : std::optional<TrialRecord>(std::move(best.front()));
}

StatusOr<std::vector<Incumbent>> ListIncumbents(Connection& connection,
                                                const std::string& experiment_uid,
                                                ObjectiveType type) {
#define QALAM_INCUMBENTS "SELECT t.number, t.objective" QALAM_FROM_BEST_TRIALS
  ASSIGN_OR_RETURN(
      auto row, connection.Prepare(type == ObjectiveType::kMinimize
                                       ? QALAM_INCUMBENTS "ORDER BY t.objective, t.number"
                                       : QALAM_INCUMBENTS "ORDER BY t.objective DESC, t.number"));
#undef QALAM_INCUMBENTS
  row.Bind(experiment_uid);
  // From the best to the worst: a trial was once the incumbent when none before it is better.
  std::vector<Incumbent> incumbents;
  while (incumbents.empty() || incumbents.back().number > 0) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) break;
    const int64_t number = row.Int();
    if (incumbents.empty() || number < incumbents.back().number) {
      incumbents.push_back({number, row.Double()});
    }
  }
  std::reverse(incumbents.begin(), incumbents.end());
  return incumbents;
}

}  // namespace qalam::sqlite
