#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "db/record_rows.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/list_experiments.h"
#include "db/sqlite/migrate.h"
#include "db/sqlite/read_metrics.h"
#include "db/sqlite/read_trials.h"
#include "db/sqlite/writer.h"
#include "db/store.h"

namespace qalam {

namespace sqlite {
namespace {

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
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
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

StatusOr<std::vector<TrialRecord>> SqliteStore::ListTrials(const TrialQuery& query) {
  return Snapshot([&](Connection& connection) { return sqlite::ListTrials(connection, query); });
}

StatusOr<TrialCounts> SqliteStore::CountTrials(const std::string& experiment_uid) {
  return Snapshot(
      [&](Connection& connection) { return sqlite::CountTrials(connection, experiment_uid); });
}

StatusOr<std::optional<TrialRecord>> SqliteStore::BestTrial(const std::string& experiment_uid,
                                                            ObjectiveType type) {
  return Snapshot(
      [&](Connection& connection) { return sqlite::BestTrial(connection, experiment_uid, type); });
}

StatusOr<std::vector<Incumbent>> SqliteStore::ListIncumbents(const std::string& experiment_uid,
                                                             ObjectiveType type) {
  return Snapshot([&](Connection& connection) {
    return sqlite::ListIncumbents(connection, experiment_uid, type);
  });
}

StatusOr<MetricSeries> SqliteStore::ReadMetrics(const MetricQuery& query) {
  return Snapshot([&](Connection& connection) { return sqlite::ReadMetrics(connection, query); });
}

#define QALAM_EVENTS                                                             \
  "SELECT sequence, trial_uid, time, reason, message FROM events "               \
  "WHERE experiment_id=(SELECT id FROM experiments WHERE uid=?) AND sequence>? " \
  "AND (?3='' OR trial_uid=?3) ORDER BY sequence "

StatusOr<std::vector<EventRecord>> SqliteStore::ListEvents(const EventQuery& query) {
  return Snapshot([&](Connection& connection) -> StatusOr<std::vector<EventRecord>> {
    ASSIGN_OR_RETURN(auto row, connection.Prepare(query.latest ? QALAM_EVENTS "DESC LIMIT ?"
                                                               : QALAM_EVENTS "ASC LIMIT ?"));
    row.Bind(query.experiment_uid)
        .Bind(query.after_sequence)
        .Bind(query.trial_uid)
        .Bind(query.limit > 0 ? query.limit : kNoLimit);
    return ReadEventRows(row, query);
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
