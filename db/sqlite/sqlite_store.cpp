#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <algorithm>

#include "db/downsample.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/list_experiments.h"
#include "db/sqlite/migrate.h"
#include "db/sqlite/rows.h"
#include "db/sqlite/writer.h"
#include "db/store.h"

namespace qalam {

namespace sqlite {
namespace {

// SQLite takes a negative LIMIT as none.
constexpr int64_t kNoLimit = -1;

class SqliteStore final : public Store {
 public:
  SqliteStore(std::string path, const SqliteOptions& options,
              std::unique_ptr<Connection> connection)
      : path_(std::move(path)), options_(options), writer_(std::move(connection)) {}

  Status Commit(const WriteBatch& batch) override { return writer_.Commit(batch); }

  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override;
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override;
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override;
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override;
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override;
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override;
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override;

 private:
  // Runs `read` on a connection of its own, in one snapshot.
  template <typename Read>
  auto Snapshot(Read read) -> decltype(read(std::declval<Connection&>()));

  const std::string path_;
  const SqliteOptions options_;
  absl::Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_readers_ ABSL_GUARDED_BY(mutex_);
  Writer writer_;
};

template <typename Read>
auto SqliteStore::Snapshot(Read read) -> decltype(read(std::declval<Connection&>())) {
  std::unique_ptr<Connection> connection;
  {
    absl::MutexLock lock(&mutex_);
    if (!idle_readers_.empty()) {
      connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
    }
  }
  if (connection == nullptr) {
    ASSIGN_OR_RETURN(connection,
                     Connection::Open(path_, /*writable=*/false, options_.lock_timeout));
  }
  RETURN_IF_ERROR(connection->Execute("BEGIN"));
  auto result = read(*connection);
  // A connection that has failed may be in any state; only sound ones are kept, and few, since each
  // has a cache.
  if (!result.ok()) return result;
  RETURN_IF_ERROR(connection->Execute("COMMIT"));
  constexpr size_t kIdleReaders = 4;
  absl::MutexLock lock(&mutex_);
  if (idle_readers_.size() < kIdleReaders) {
    idle_readers_.push_back(std::move(connection));
  }
  return result;
}

StatusOr<std::vector<ExperimentRecord>> SqliteStore::ListExperiments(const ExperimentQuery& query) {
  return Snapshot(
      [&](Connection& connection) { return sqlite::ListExperiments(connection, query); });
}

StatusOr<int64_t> SqliteStore::CountExperiments(const ExperimentQuery& query) {
  return Snapshot(
      [&](Connection& connection) { return sqlite::CountExperiments(connection, query); });
}

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
    MetricSummary summary;
    summary.name = row.Text();
    summary.min = row.Double();
    summary.max = row.Double();
    summary.latest = row.Double();
    summary.count = row.Int();
    summary.text = row.Text();
    record.metrics.push_back(std::move(summary));
  }
}

StatusOr<TrialRecord> ReadWholeTrial(Connection& connection, Statement& row,
                                     bool with_metrics = true) {
  ASSIGN_OR_RETURN(TrialRecord record, ReadTrial(row));
  const int64_t id = row.Int();
  record.experiment_uid = row.Text();
  if (with_metrics) RETURN_IF_ERROR(ReadSummaries(connection, id, record));
  return record;
}

StatusOr<std::vector<TrialRecord>> SqliteStore::ListTrials(const TrialQuery& query) {
  return Snapshot([&](Connection& connection) -> StatusOr<std::vector<TrialRecord>> {
    ASSIGN_OR_RETURN(auto row, PrepareTrials(connection, query));
    std::vector<TrialRecord> records;
    while (query.limit <= 0 || static_cast<int>(records.size()) < query.limit) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      ASSIGN_OR_RETURN(TrialRecord record, ReadWholeTrial(connection, row, query.with_metrics));
      const auto allowed = [&](const auto& wanted, const auto& value) {
        return wanted.empty() || wanted == value;
      };
      if (!allowed(query.experiment_uid, record.experiment_uid) ||
          !allowed(query.uid, record.uid) || !allowed(query.name, record.name)) {
        continue;
      }
      if (!query.states.empty() &&
          std::find(query.states.begin(), query.states.end(), record.state) == query.states.end()) {
        continue;
      }
      records.push_back(std::move(record));
    }
    return records;
  });
}

StatusOr<TrialCounts> SqliteStore::CountTrials(const std::string& experiment_uid) {
  return Snapshot([&](Connection& connection) -> StatusOr<TrialCounts> {
    ASSIGN_OR_RETURN(auto row,
                     connection.Prepare("SELECT state, count FROM trial_counts WHERE experiment_id="
                                        "(SELECT id FROM experiments WHERE uid=?)"));
    row.Bind(experiment_uid);
    TrialCounts counts;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) return counts;
      const auto state = static_cast<TrialState>(row.Int());
      counts[state] = row.Int();
    }
  });
}

StatusOr<std::optional<TrialRecord>> SqliteStore::BestTrial(const std::string& experiment_uid,
                                                            ObjectiveType type) {
  return Snapshot([&](Connection& connection) -> StatusOr<std::optional<TrialRecord>> {
#define QALAM_BEST_TRIAL                                                           \
  "SELECT " QALAM_TRIAL_COLUMNS                                                    \
  ", t.id, e.uid FROM experiments e JOIN trials t INDEXED BY trials_by_objective " \
  "ON e.id=t.experiment_id WHERE e.uid=? AND t.state IN (2, 5) "                   \
  "AND t.feasible=1 "                                                              \
  "AND t.objective BETWEEN -1.7976931348623157e308 AND 1.7976931348623157e308 "
    ASSIGN_OR_RETURN(
        auto row,
        connection.Prepare(type == ObjectiveType::kMinimize
                               ? QALAM_BEST_TRIAL "ORDER BY t.objective, t.number LIMIT 1"
                               : QALAM_BEST_TRIAL "ORDER BY t.objective DESC, t.number LIMIT 1"));
#undef QALAM_BEST_TRIAL
    ASSIGN_OR_RETURN(const bool found, row.Bind(experiment_uid).Step());
    if (!found) return std::optional<TrialRecord>();
    ASSIGN_OR_RETURN(TrialRecord record, ReadWholeTrial(connection, row));
    return std::optional<TrialRecord>(std::move(record));
  });
}

StatusOr<MetricSeries> SqliteStore::ReadMetrics(const MetricQuery& query) {
  return Snapshot([&](Connection& connection) -> StatusOr<MetricSeries> {
    ASSIGN_OR_RETURN(
        auto row,
        connection.Prepare("SELECT m.name, p.time, p.value, p.step, p.text FROM trials t "
                           "JOIN points p ON p.trial_id=t.id JOIN metrics m ON m.id=p.metric_id "
                           "WHERE t.uid=?1 AND (?2='' OR m.name=?2) ORDER BY p.sequence"));
    row.Bind(query.trial_uid).Bind(query.metric);
    MetricSeries series;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) break;
      MetricPoint point;
      point.metric = row.Text();
      point.time = row.TimeValue();
      point.value = row.Double();
      point.step = row.Int();
      point.text = row.Text();
      series.points.push_back(std::move(point));
    }
    series.total = static_cast<int64_t>(series.points.size());
    if (query.max_points > 0)
      series.points = Downsample(std::move(series.points), query.max_points);
    return series;
  });
}

StatusOr<std::vector<EventRecord>> SqliteStore::ListEvents(const EventQuery& query) {
  return Snapshot([&](Connection& connection) -> StatusOr<std::vector<EventRecord>> {
    ASSIGN_OR_RETURN(auto row, connection.Prepare(
                                   "SELECT sequence, trial_uid, time, reason, message FROM events "
                                   "WHERE experiment_id=(SELECT id FROM experiments WHERE uid=?) "
                                   "AND sequence>? AND (?3='' OR trial_uid=?3) "
                                   "ORDER BY sequence LIMIT ?"));
    row.Bind(query.experiment_uid)
        .Bind(query.after_sequence)
        .Bind(query.trial_uid)
        .Bind(query.limit > 0 ? query.limit : kNoLimit);
    std::vector<EventRecord> records;
    while (true) {
      ASSIGN_OR_RETURN(const bool found, row.Step());
      if (!found) return records;
      EventRecord record;
      record.sequence = row.Int();
      record.experiment_uid = query.experiment_uid;
      record.trial_uid = row.Text();
      record.time = row.TimeValue();
      record.reason = row.Text();
      record.message = row.Text();
      records.push_back(std::move(record));
    }
  });
}

}  // namespace
}  // namespace sqlite

StatusOr<std::unique_ptr<Store>> OpenSqliteStore(const std::string& path,
                                                 const SqliteOptions& options) {
  ASSIGN_OR_RETURN(auto connection,
                   sqlite::Connection::Open(path, /*writable=*/true, options.lock_timeout));
  RETURN_IF_ERROR(sqlite::Migrate(*connection));
  return std::unique_ptr<Store>(new sqlite::SqliteStore(path, options, std::move(connection)));
}

}  // namespace qalam
