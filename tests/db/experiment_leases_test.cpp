// Who holds an experiment of several servers, without servers: time passes by moving the
// database's.

#include <catch2/catch.hpp>

#include "db/postgres/postgres_store.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/postgres_server.h"

namespace qalam {
namespace {

// One server over the database.
struct Participant {
  explicit Participant(const std::string& address) {
    auto opened = OpenPostgresDatabase(*DatabaseAddress::Parse(address));
    REQUIRE(opened.ok());
    database = *std::move(opened);
    fenced = database.leases->MakeFencedStore();
  }
  std::vector<std::string> Renew(bool all = true, const std::vector<std::string>& wanted = {}) {
    const auto held = database.leases->Renew({"machine", "unix:" + name, ""}, all, wanted);
    REQUIRE(held.ok());
    return *held;
  }
  // The code of committing a new trial of experiment "a".
  StatusCode CommitTrial(int64_t number) {
    return fenced->Commit({.create_trials = {MakeTrial("a", number)}}).code();
  }

  std::string name = "one";
  Database database;
  std::unique_ptr<Store> fenced;
};

using Uids = std::vector<std::string>;

void LetTimePass(const std::string& address) {
  PostgresServer::Shared().Query("UPDATE servers SET expires=clock_timestamp()-interval '1 s'",
                                 address);
}

}  // namespace

TEST_CASE("An experiment has one server, and another once that is late", "[postgres]") {
  const std::string address = PostgresServer::Shared().NewDatabase();
  Participant one(address), other(address);
  other.name = "other";
  REQUIRE(one.database.store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  CHECK(one.CommitTrial(0) == StatusCode::kFailedPrecondition);
  CHECK(one.Renew() == Uids{"uid-a"});
  CHECK(other.Renew() == Uids{});
  CHECK(one.CommitTrial(0) == StatusCode::kOk);
  CHECK(other.CommitTrial(1) == StatusCode::kFailedPrecondition);
  CHECK(other.database.leases->HolderOf("uid-a")->private_address == "unix:one");
  // Late, but nobody was there to take it.
  LetTimePass(address);
  CHECK(one.Renew() == Uids{"uid-a"});
  CHECK(one.CommitTrial(1) == StatusCode::kOk);
  // Late, and somebody was. What the first does then is refused by the database, though it still
  // thinks that it holds the lease.
  LetTimePass(address);
  CHECK(other.Renew() == Uids{"uid-a"});
  CHECK(one.CommitTrial(2) == StatusCode::kFailedPrecondition);
  CHECK(other.CommitTrial(2) == StatusCode::kOk);
  CHECK(one.Renew() == Uids{});
  CHECK(other.database.leases->HolderOf("uid-a")->private_address == "unix:other");
  CHECK(PostgresServer::Shared().Query("SELECT fence FROM leases", address) == "2");
  CHECK(one.database.store->CountTrials("uid-a")->at(TrialState::kPending) == 3);
}

TEST_CASE("A server that leaves need not be waited for", "[postgres]") {
  const std::string address = PostgresServer::Shared().NewDatabase();
  Participant one(address), other(address);
  REQUIRE(one.database.store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  CHECK(one.Renew() == Uids{"uid-a"});
  CHECK(other.Renew() == Uids{});
  REQUIRE(one.database.leases->Leave().ok());
  CHECK(one.CommitTrial(0) == StatusCode::kFailedPrecondition);
  CHECK(other.Renew() == Uids{"uid-a"});
}

TEST_CASE("A server takes what it wants alone, and lets ended experiments go", "[postgres]") {
  const std::string address = PostgresServer::Shared().NewDatabase();
  Participant one(address);
  Store& store = *one.database.store;
  REQUIRE(store.Commit({.create_experiments = {MakeExperiment("a"), MakeExperiment("b")}}).ok());
  CHECK(one.Renew(/*all=*/false) == Uids{});
  CHECK(one.Renew(/*all=*/false, {"uid-b"}) == Uids{"uid-b"});
  auto record = store.ListExperiments({.uid = "uid-b"})->front();
  record.state = ExperimentState::kSucceeded;
  REQUIRE(one.fenced->Commit({.update_experiments = {record}}).ok());
  CHECK(one.Renew(/*all=*/false, {"uid-b"}) == Uids{});
}

TEST_CASE("Servers hear of each other's commits, and not of their own", "[postgres]") {
  const std::string address = PostgresServer::Shared().NewDatabase();
  Participant one(address);
  one.Renew();
  CHECK(one.database.leases->WaitForChanges(absl::ZeroDuration())->some_were_missed);
  REQUIRE(one.database.store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  CHECK(one.database.leases->WaitForChanges(absl::Milliseconds(100))->changes.empty());
  PostgresServer::Shared().Query(
      "SELECT pg_notify('qalam', E'somebody\\ne uid-a\\nt uid-a uid-a-0\\nd uid-b space b')",
      address);
  std::vector<RemoteChange> changes;
  while (changes.empty()) {
    changes = one.database.leases->WaitForChanges(absl::Seconds(10))->changes;
  }
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].experiment_uid == "uid-a");
  CHECK(changes[1].trial_uid == "uid-a-0");
  CHECK(changes[2].kind == RemoteChange::Kind::kDeleted);
  CHECK(changes[2].name_space == "space");
  CHECK(changes[2].name == "b");
}

}  // namespace qalam
