#include <catch2/catch.hpp>

#include "db/database.h"
#include "tests/conformance/memory_store.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

class SqliteFixture final : public StoreFixture {
 public:
  std::unique_ptr<Store> Open() override {
    auto store = OpenSqliteStore(directory_.File("qalam.db"));
    INFO(Message(store.status()));
    REQUIRE(store.ok());
    return *std::move(store);
  }

 private:
  const TemporaryDirectory directory_;
};

class PostgresFixture final : public StoreFixture {
 public:
  std::unique_ptr<Store> Open() override {
    auto database = OpenDatabase(*DatabaseAddress::Parse(address_));
    INFO(Message(database.status()));
    REQUIRE(database.ok());
    return std::move(database->store);
  }

 private:
  const std::string address_ = PostgresServer::Shared().NewDatabase();
};

// The oracle keeps the contract too. It has no disk, so its content stays with the fixture and what
// is handed out only leads there.
class MemoryFixture final : public StoreFixture {
 public:
  std::unique_ptr<Store> Open() override { return std::make_unique<Handle>(store_); }

 private:
  class Handle final : public Store {
   public:
    explicit Handle(MemoryStore& store) : store_(store) {}
    Status Commit(const WriteBatch& batch) override { return store_.Commit(batch); }
    StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
      return store_.ListExperiments(query);
    }
    StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
      return store_.CountExperiments(query);
    }
    StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
      return store_.ListTrials(query);
    }
    StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
      return store_.CountTrials(experiment_uid);
    }
    StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                   ObjectiveType type) override {
      return store_.BestTrial(experiment_uid, type);
    }
    StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                    ObjectiveType type) override {
      return store_.ListIncumbents(experiment_uid, type);
    }
    StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
      return store_.ReadMetrics(query);
    }
    StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
      return store_.ListEvents(query);
    }

   private:
    MemoryStore& store_;
  };

  MemoryStore store_;
};

template <typename Fixture>
std::unique_ptr<StoreFixture> Make() {
  return std::make_unique<Fixture>();
}

}  // namespace

const std::vector<StoreBackEnd>& StoreBackEnds() {
  static const std::vector<StoreBackEnd> back_ends = {{"sqlite", Make<SqliteFixture>},
                                                      {"postgres", Make<PostgresFixture>},
                                                      {"memory", Make<MemoryFixture>}};
  return back_ends;
}

}  // namespace qalam
