// Faults of a PostgreSQL server while a store is open: nothing acknowledged lost, nothing applied
// twice, a clear refusal where there is no going on, and the same store goes on afterwards.

#include <absl/time/clock.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "db/postgres/postgres_store.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/child_scenario.h"
#include "tests/support/postgres_server.h"
#include "tests/support/private_mounts.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr int kPointsPerTrial = 5;

std::unique_ptr<Store> OpenStore(const std::string& address, const PostgresOptions& options = {}) {
  auto database = OpenPostgresDatabase(*DatabaseAddress::Parse(address), options);
  INFO(Message(database.status()));
  REQUIRE(database.ok());
  return std::move(database->store);
}

WriteBatch TrialWithPoints(int64_t number) {
  WriteBatch batch{.create_trials = {MakeTrial("a", number)}};
  batch.append_points.push_back({batch.create_trials[0].uid, {}});
  for (int i = 0; i < kPointsPerTrial; ++i) {
    batch.append_points[0].points.push_back(MakePoint("m", i, i));
  }
  return batch;
}

void WaitUntil(const std::function<bool()>& condition) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (!condition()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(5));
  }
}

// Writes trials one after the other until it is told to end.
class PersistentWriter {
 public:
  PersistentWriter(Store& store, int64_t first)
      : thread_([this, &store, first] {
          for (int64_t number = first; !done_; ++number) {
            const Status status = store.Commit(TrialWithPoints(number));
            if (!status.ok()) {
              refusal_ = Message(status);
              return;
            }
            ++acknowledged_;
          }
        }) {}
  ~PersistentWriter() {
    if (thread_.joinable()) End();
  }
  int acknowledged() const { return acknowledged_; }
  // Why it ended early, or nothing.
  std::string End() {
    done_ = true;
    thread_.join();
    return refusal_;
  }

 private:
  std::atomic<bool> done_ = false;
  std::atomic<int> acknowledged_ = 0;
  std::string refusal_;
  std::thread thread_;
};

// Has the next `times` inserts into trials refused with that SQLSTATE.
void RefuseTrials(PostgresServer& server, const std::string& address, const std::string& state,
                  int times) {
  server.Query(
      "CREATE SEQUENCE refusals; CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql "
      "AS $$ BEGIN IF nextval('refusals') <= " +
          std::to_string(times) + " THEN RAISE EXCEPTION 'made up' USING ERRCODE='" + state +
          "'; END IF; RETURN new; END $$; CREATE TRIGGER refuse BEFORE INSERT ON trials "
          "FOR EACH ROW EXECUTE FUNCTION refuse()",
      address);
}

// A commit is on this server's disk then, but not answered before a second one has it: never.
void CommitsWaitForStandby(PostgresServer& server) {
  server.Query("ALTER SYSTEM SET synchronous_standby_names='nobody'");
  server.Query("SELECT pg_reload_conf()");
  WaitUntil([&] { return server.Query("SHOW synchronous_standby_names") == "nobody"; });
}

void WaitForUnansweredCommit(PostgresServer& server) {
  WaitUntil([&] {
    return server.Query("SELECT count(*) FROM pg_stat_activity WHERE wait_event='SyncRep'") == "1";
  });
}

}  // namespace

TEST_CASE("PostgreSQL is restarted under load, and nothing is lost or doubled", "[postgres]") {
  PostgresServer server;
  const std::string address = server.NewDatabase();
  const auto store = OpenStore(address);
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  constexpr int64_t kApart = 1000000;
  PersistentWriter first(*store, 0), second(*store, kApart);
  for (const bool killed : {false, true}) {
    const int before_first = first.acknowledged(), before_second = second.acknowledged();
    WaitUntil([&] {
      return first.acknowledged() > before_first + 20 && second.acknowledged() > before_second + 20;
    });
    killed ? server.Kill() : server.StopAtOnce();
    server.Start();
    CHECK(store->CountTrials("uid-a").ok());
  }
  const int before = first.acknowledged();
  WaitUntil([&] { return first.acknowledged() > before; });
  CHECK(first.End() == "");
  CHECK(second.End() == "");
  const auto trials = *store->ListTrials({.experiment_uid = "uid-a"});
  CHECK(static_cast<int>(trials.size()) == first.acknowledged() + second.acknowledged());
  CHECK(store->CountTrials("uid-a")->at(TrialState::kPending) ==
        static_cast<int64_t>(trials.size()));
  int torn = 0;
  for (const auto& trial : trials) {
    torn += trial.metrics.size() == 1 && trial.metrics[0].count == kPointsPerTrial ? 0 : 1;
  }
  CHECK(torn == 0);
}

TEST_CASE("A commit to PostgreSQL whose answer was lost is not applied twice", "[postgres]") {
  PostgresServer server;
  const std::string address = server.NewDatabase();
  const auto store = OpenStore(address);
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  CommitsWaitForStandby(server);
  Status status;
  std::thread committing([&] {
    status =
        store->Commit({.append_points = {{"uid-a-0", {MakePoint("m", 1), MakePoint("m", 2)}}}});
  });
  WaitForUnansweredCommit(server);
  server.Query("ALTER SYSTEM RESET synchronous_standby_names");
  server.Kill();
  server.Start();
  committing.join();
  INFO(Message(status));
  CHECK(status.ok());
  CHECK(store->ReadMetrics({.trial_uid = "uid-a-0"})->points.size() == 2);
}

TEST_CASE("A commit to PostgreSQL is tried again when others are in its way", "[postgres]") {
  const std::string state = GENERATE("40001", "40P01");
  PostgresServer& server = PostgresServer::Shared();
  const std::string address = server.NewDatabase();
  const auto store = OpenStore(address);
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  RefuseTrials(server, address, state, 3);
  CHECK(store->Commit(TrialWithPoints(0)).ok());
  CHECK(store->ListTrials({})->size() == 1);
  CHECK(server.Query("SELECT last_value FROM refusals", address) == "4");
}

TEST_CASE("A commit to PostgreSQL that the server ends a deadlock with is tried again",
          "[postgres]") {
  PostgresServer& server = PostgresServer::Shared();
  const std::string address = server.NewDatabase();
  const auto store = OpenStore(address);
  auto first = MakeExperiment("a"), second = MakeExperiment("b");
  REQUIRE(store->Commit({.create_experiments = {first, second}}).ok());
  const auto deadlocks = [&] {
    return server.Query("SELECT deadlocks FROM pg_stat_database WHERE datname='postgres'");
  };
  const std::string before = deadlocks();
  std::thread other([&] {
    // Has the second experiment, and wants the first once the store waits for the second. The
    // server looks for deadlocks when the store has waited for a second, so that the store's is
    // ended.
    server.Query(
        "BEGIN; SET LOCAL deadlock_timeout='60s'; "
        "SELECT uid FROM experiments WHERE uid='uid-b' FOR UPDATE; "
        "DO $$ BEGIN WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted) LOOP "
        "PERFORM pg_sleep(0.01); END LOOP; END $$; "
        "SELECT uid FROM experiments WHERE uid='uid-a' FOR UPDATE; COMMIT",
        address);
  });
  WaitUntil([&] {
    return server.Query(
               "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'BEGIN; SET LOCAL "
               "deadlock%' "
               "AND wait_event='PgSleep'") == "1";
  });
  first.version = second.version = 1;
  first.message = second.message = "written";
  const Status status = store->Commit({.update_experiments = {first, second}});
  other.join();
  INFO(Message(status));
  CHECK(status.ok());
  const auto experiments = store->ListExperiments({});
  REQUIRE(experiments.ok());
  REQUIRE(experiments->size() == 2);
  for (const auto& experiment : *experiments) CHECK(experiment.message == "written");
  // Told to the statistics within seconds.
  WaitUntil([&] { return deadlocks() != before; });
}

TEST_CASE("A commit to PostgreSQL whose fate stays unknown says so", "[postgres]") {
  PostgresServer server;
  const std::string address = server.NewDatabase();
  const auto store = OpenStore(address, {.patience = absl::Milliseconds(300)});
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  CommitsWaitForStandby(server);
  Status status;
  std::thread committing([&] { status = store->Commit(TrialWithPoints(0)); });
  WaitForUnansweredCommit(server);
  server.Kill();
  committing.join();
  CHECK(status.code() == StatusCode::kUnknown);
  CHECK(Message(status).find("it is not known whether the last change is stored") !=
        std::string::npos);
  // It was; and the store goes on.
  server.Start();
  server.Query("ALTER SYSTEM RESET synchronous_standby_names");
  server.Query("SELECT pg_reload_conf()");
  CHECK(store->ListTrials({})->size() == 1);
  CHECK(store->Commit(TrialWithPoints(1)).ok());
}

TEST_CASE("A full disk of PostgreSQL is said, and the store goes on", "[postgres][fault]") {
  const TemporaryDirectory disk;
  CheckOrWarn(RunInChild([&]() -> std::string {
    // The server runs as another user, who needs the disk.
    const passwd* user = getpwnam("postgres");
    if (geteuid() != 0 || user == nullptr) return std::string(kNotPermitted) + "only for root";
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountSmallDisk(disk.path(), 4 << 20);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    const std::string folder = disk.File("tables"), ballast = disk.File("ballast");
    if (mkdir(folder.c_str(), 0700) != 0 ||
        chown(folder.c_str(), user->pw_uid, user->pw_gid) != 0) {
      return "no folder for the tables";
    }
    PostgresServer server;
    // Its log, without which a server ends, is elsewhere, as where it has a disk of its own.
    server.Query("CREATE TABLESPACE small LOCATION '" + folder + "'");
    const auto store = OpenStore(server.NewDatabase() + "%20-cdefault_tablespace%3Dsmall");
    Problems problems;
    problems.Expect(store->Commit({.create_experiments = {MakeExperiment("a")}}), StatusCode::kOk,
                    "the experiment");
    FillDisk(ballast);
    // The pages that are there have room for some.
    int64_t number = 0;
    Status status;
    while (number < 10'000 && (status = store->Commit(TrialWithPoints(number))).ok()) ++number;
    problems.Expect(status, StatusCode::kResourceExhausted, "the disk is full");
    problems.Expect(Message(status).find("free some disk space") != std::string::npos,
                    "what helps: " + Message(status));
    problems.Expect(store->ListExperiments({}).ok(), "reading");
    unlink(ballast.c_str());
    problems.Expect(store->Commit(TrialWithPoints(number)), StatusCode::kOk, "there is room");
    const auto trials = store->ListTrials({.experiment_uid = "uid-a"});
    problems.Expect(trials.ok() && static_cast<int64_t>(trials->size()) == number + 1,
                    "what was acknowledged is there, once");
    return problems.text();
  }));
}

TEST_CASE("A PostgreSQL server that is away is said after a while, and found again", "[postgres]") {
  PostgresServer server;
  const auto store =
      OpenStore(server.NewDatabase(), {.patience = absl::Milliseconds(200), .most_readers = 1});
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  server.StopAtOnce();
  for (const Status& status : {store->ListExperiments({}).status(), store->Commit({}),
                               store->Commit(TrialWithPoints(0))}) {
    CHECK(status.code() == StatusCode::kUnavailable);
    CHECK(Message(status).find("is its server running?") != std::string::npos);
  }
  server.Start();
  CHECK(store->Commit(TrialWithPoints(0)).ok());
  CHECK(store->ListTrials({})->size() == 1);
}

TEST_CASE("Two stores over one PostgreSQL database write to the same experiment", "[postgres]") {
  const std::string address = PostgresServer::Shared().NewDatabase();
  const auto one = OpenStore(address), other = OpenStore(address);
  REQUIRE(one->Commit({.create_experiments = {MakeExperiment("a")},
                       .create_trials = {MakeTrial("a", 0)}})
              .ok());
  constexpr int kBatches = 40;
  std::atomic<int> refused = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kBatches; ++i) {
        WriteBatch batch = TrialWithPoints(1 + t * kBatches + i);
        batch.append_points.push_back({"uid-a-0", {MakePoint("m", t, i)}});
        batch.append_events.push_back({.experiment_uid = "uid-a", .time = absl::Now()});
        refused += (t % 2 == 0 ? one : other)->Commit(batch).ok() ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(refused == 0);
  CHECK(one->CountTrials("uid-a")->at(TrialState::kPending) == 1 + 4 * kBatches);
  CHECK(one->ListTrials({.uid = "uid-a-0"})->front().metrics[0].count == 4 * kBatches);
  CHECK(other->ReadMetrics({.trial_uid = "uid-a-0"})->points.size() == 4 * kBatches);
  CHECK(other->ListEvents({.experiment_uid = "uid-a"})->size() == 4 * kBatches);
}

TEST_CASE("PostgreSQL databases that cannot be used are refused in a sentence", "[postgres]") {
  PostgresServer& server = PostgresServer::Shared();
  const auto refusal = [](const std::string& address) {
    const auto store = OpenPostgresDatabase(*DatabaseAddress::Parse(address),
                                            {.patience = absl::Milliseconds(50)});
    REQUIRE_FALSE(store.ok());
    CHECK(Message(store.status()).find("s3cret") == std::string::npos);
    return store.status();
  };
  SECTION("a newer schema") {
    const std::string address = server.NewDatabase();
    OpenStore(address).reset();
    server.Query("UPDATE qalam_schema SET version=version+1", address);
    const Status status = refusal(address);
    CHECK(status.code() == StatusCode::kFailedPrecondition);
    CHECK(Message(status).find("newer Qalam") != std::string::npos);
  }
  SECTION("another program's tables") {
    const std::string address = server.NewDatabase();
    server.Query("CREATE TABLE theirs (x int)", address);
    const Status status = refusal(address);
    CHECK(status.code() == StatusCode::kFailedPrecondition);
    CHECK(Message(status).find("another program's tables") != std::string::npos);
    CHECK(server.Query("SELECT to_regclass('qalam_schema')", address) == "");
  }
  SECTION("a database that is not there") {
    std::string address = server.NewDatabase();
    address.replace(address.find("/postgres?"), 10, "/nowhere?");
    const Status status = refusal(address);
    CHECK(status.code() == StatusCode::kFailedPrecondition);
    CHECK(Message(status).find("createdb") != std::string::npos);
  }
  SECTION("a server that is not there") {
    CHECK(refusal("postgres://ada:s3cret@127.0.0.1:1/x").code() == StatusCode::kUnavailable);
  }
  SECTION("a malformed address") {
    for (const char* address : {"postgres://ada:s3cret@127.0.0.1:5x/x",
                                "postgres://ada:s3cret/more@db/x", "postgres://ada:s3cret%@db/x"}) {
      CAPTURE(address);
      CHECK(refusal(address).code() == StatusCode::kInvalidArgument);
    }
  }
  SECTION("read-only") {
    const std::string address = server.NewDatabase();
    OpenStore(address).reset();
    const auto store = OpenStore(address + "%20-cdefault_transaction_read_only%3Don");
    const Status status = store->Commit({.create_experiments = {MakeExperiment("a")}});
    CHECK(status.code() == StatusCode::kPermissionDenied);
    CHECK(Message(status).find("is read-only") != std::string::npos);
  }
}

TEST_CASE("Text that PostgreSQL cannot hold is kept as far as it can be", "[postgres]") {
  const auto store = OpenStore(PostgresServer::Shared().NewDatabase());
  TrialRecord trial = MakeTrial("a", 0);
  trial.message = std::string("a\0b\xff", 4);
  MetricPoint point = MakePoint("\xff", 1);
  point.text = std::string("\0", 1);
  REQUIRE(store
              ->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {trial},
                        .append_points = {{trial.uid, {point, point}}}})
              .ok());
  CHECK(store->ListTrials({})->front().message ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  CHECK(store->ReadMetrics({.trial_uid = trial.uid, .metric = "\xEF\xBF\xBD"})->points.size() == 2);
}

}  // namespace qalam
