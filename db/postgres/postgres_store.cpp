#include "db/postgres/postgres_store.h"

#include "db/postgres/connection.h"
#include "db/postgres/list_experiments.h"
#include "db/postgres/migrate.h"
#include "db/postgres/postgres_leases.h"
#include "db/postgres/read_metrics.h"
#include "db/postgres/read_trials.h"
#include "db/postgres/reader_pool.h"
#include "db/postgres/writer.h"
#include "db/record_rows.h"

namespace qalam {

namespace postgres {
namespace {

StatusOr<std::vector<EventRecord>> ReadEvents(Connection& connection, const EventQuery& query) {
  auto row = connection.Prepare(
      fmt::format("SELECT sequence, trial_uid, time, reason, message FROM events "
                  "WHERE experiment_id=(SELECT id FROM experiments WHERE uid=$1) AND sequence>$2 "
                  "AND ($3='' OR trial_uid=$3) ORDER BY sequence {} LIMIT nullif($4, 0)",
                  query.latest ? "DESC" : "ASC"));
  row.Bind(query.experiment_uid)
      .Bind(query.after_sequence)
      .Bind(query.trial_uid)
      .Bind(std::max(query.limit, 0));
  return ReadEventRows(row, query);
}

// What the faces of one database share.
struct Core {
  Core(const DatabaseAddress& address, const PostgresOptions& options,
       std::unique_ptr<Connection> connection)
      : readers(address, options), writer(address, options, held, std::move(connection)) {}

  HeldLeases held;
  ReaderPool readers;
  Writer writer;
};

// With `fenced`, one that commits only to experiments whose lease is held.
class PostgresStore final : public Store {
 public:
  PostgresStore(std::shared_ptr<Core> core, bool fenced)
      : core_(std::move(core)), fenced_(fenced) {}

  Status Commit(const WriteBatch& batch) override { return core_->writer.Commit(batch, fenced_); }
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return core_->readers.Query([&](Connection& c) { return postgres::ListExperiments(c, query); });
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return core_->readers.Query(
        [&](Connection& c) { return postgres::CountExperiments(c, query); });
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    const auto read = [&](Connection& c) { return postgres::ListTrials(c, query); };
    return query.with_metrics ? core_->readers.Snapshot(read) : core_->readers.Query(read);
  }
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
    return core_->readers.Query(
        [&](Connection& c) { return postgres::CountTrials(c, experiment_uid); });
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override {
    return core_->readers.Snapshot(
        [&](Connection& c) { return postgres::BestTrial(c, experiment_uid, type); });
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override {
    return core_->readers.Query(
        [&](Connection& c) { return postgres::ListIncumbents(c, experiment_uid, type); });
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return core_->readers.Snapshot([&](Connection& c) { return postgres::ReadMetrics(c, query); });
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return core_->readers.Query([&](Connection& c) { return ReadEvents(c, query); });
  }

 private:
  const std::shared_ptr<Core> core_;
  const bool fenced_;
};

StatusOr<int64_t> DatabaseSize(Connection& connection) {
  auto row = connection.Prepare("SELECT pg_database_size(current_database())");
  RETURN_IF_ERROR(row.Step().status());
  return row.Int();
}

// The leases with what they refer to.
class OwningLeases final : public ExperimentLeases {
 public:
  OwningLeases(const DatabaseAddress& address, const std::shared_ptr<Core>& core)
      : core_(core), leases_(address, core->readers, core->held) {}

  std::unique_ptr<Store> MakeFencedStore() override {
    return std::make_unique<PostgresStore>(core_, /*fenced=*/true);
  }
  void TellOthers() override { core_->writer.TellOthers(); }
  StatusOr<std::vector<std::string>> Renew(const ServerPlace& place, bool all,
                                           const std::vector<std::string>& wanted) override {
    TellOthers();
    return leases_.Renew(place, all, wanted);
  }
  Status Leave() override { return leases_.Leave(); }
  StatusOr<RemoteChanges> WaitForChanges(Duration longest) override {
    return leases_.WaitForChanges(longest);
  }
  StatusOr<std::string> DatabaseId() override { return leases_.DatabaseId(); }
  StatusOr<ServerPlace> HolderOf(const std::string& experiment_uid) override {
    return leases_.HolderOf(experiment_uid);
  }

 private:
  const std::shared_ptr<Core> core_;
  PostgresLeases leases_;
};

}  // namespace
}  // namespace postgres

StatusOr<Database> OpenPostgresDatabase(const DatabaseAddress& address,
                                        const PostgresOptions& options) {
  ASSIGN_OR_RETURN(auto connection, postgres::Connect(address, options));
  const auto core = std::make_shared<postgres::Core>(address, options, std::move(connection));
  Database database;
  database.store = std::make_unique<postgres::PostgresStore>(core, /*fenced=*/false);
  database.leases = std::make_unique<postgres::OwningLeases>(address, core);
  database.size = [core] { return core->readers.Query(postgres::DatabaseSize); };
  return database;
}

}  // namespace qalam
