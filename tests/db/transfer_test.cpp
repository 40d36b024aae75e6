// Experiments from one database into another and back, and copies of databases.

#include "db/transfer/transfer.h"

#include <sqlite3.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <limits>
#include <set>
#include <sstream>
#include <thread>

#include "base/files.h"
#include "db/maintenance.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/postgres_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

std::unique_ptr<Store> OpenAt(const std::string& address) {
  auto database = OpenDatabase(*DatabaseAddress::Parse(address));
  INFO(Message(database.status()));
  REQUIRE(database.ok());
  return std::move(database->store);
}

// Everything that a record can hold, in two experiments.
void FillWithAll(Store& store) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  ExperimentRecord first = MakeExperiment("a"), second = MakeExperiment("b");
  first.document_json = R"({"spec":{"algorithm":{"algorithmName":"tpe"}}})";
  first.state = ExperimentState::kRunning;
  first.paused = first.suggestions_exhausted = true;
  first.message = "it's \"quoted\"\nand \xc3\xa9";
  first.started = absl::FromUnixMicros(3000);
  second.state = ExperimentState::kStopped;
  second.stop_requested = true;
  second.completed = absl::FromUnixMicros(9000);
  WriteBatch batch{.create_experiments = {first, second}};
  for (int number = 0; number < 1200; ++number) {
    TrialRecord trial = MakeTrial("a", number);
    trial.state = static_cast<TrialState>(number % 7);
    if (number % 3 > 0) {
      trial.objective_value = number % 5 == 0 ? NAN : 1.0 / number;
      trial.additional_objective_values = {-kInfinity, 0.1};
      trial.violations = {-1, 0};
    }
    trial.reason = "Reason";
    trial.handle = "handle";
    trial.collected_bytes = 12345678901 + number;
    trial.attempts = 2;
    trial.waits_for_room = number % 2 == 0;
    trial.worker = "ada";
    trial.lease = "lease";
    trial.lease_seconds = 0.5;
    trial.started = absl::FromUnixMicros(4000);
    batch.create_trials.push_back(trial);
  }
  TrialPoints points{"uid-a-3", {}};
  for (int i = 0; i < 1001; ++i) points.points.push_back(MakePoint(i % 2 ? "m" : "n", i * 0.1, i));
  points.points.push_back(MakePoint("m", kInfinity));
  points.points.push_back(MakePoint("words", NAN));
  points.points.back().text = "Genotype(1)";
  batch.append_points = {points};
  for (int i = 0; i < 1100; ++i) {
    batch.append_events.push_back({.experiment_uid = "uid-a",
                                   .trial_uid = i % 2 ? "" : "uid-a-3",
                                   .time = absl::FromUnixMicros(i),
                                   .reason = "R",
                                   .message = "m"});
  }
  REQUIRE(store.Commit(batch).ok());
}

// Without the first line, which has the time.
std::string Exported(Store& store) {
  std::ostringstream output;
  const auto counts = ExportExperiments(store, {}, output);
  INFO(Message(counts.status()));
  REQUIRE(counts.ok());
  return output.str().substr(output.str().find('\n') + 1);
}

StatusOr<TransferCounts> ImportText(const std::string& lines, Store& store) {
  std::istringstream input("{\"qalamExport\":{\"version\":1}}\n" + lines);
  return ImportExperiments(input, store);
}

}  // namespace

TEST_CASE("Experiments go from SQLite to PostgreSQL and back and are the same", "[postgres]") {
  const TemporaryDirectory directory;
  const auto first = OpenAt(directory.File("first.db"));
  FillWithAll(*first);
  const std::string lines = Exported(*first);
  std::vector<std::string> addresses = {PostgresServer::Shared().NewDatabase(),
                                        directory.File("last.db")};
  std::string carried = lines;
  for (const auto& address : addresses) {
    const auto store = OpenAt(address);
    const auto counts = ImportText(carried, *store);
    INFO(Message(counts.status()));
    REQUIRE(counts.ok());
    CHECK(counts->experiments == 2);
    CHECK(counts->trials == 1200);
    CHECK(counts->points == 1003);
    CHECK(counts->events == 1100);
    carried = Exported(*store);
    // Not CHECK(a == b): a difference would print all of both.
    const bool is_same = carried == lines;
    CHECK(is_same);
    // What the store works out by itself is there, too.
    CHECK(store->ListTrials({.uid = "uid-a-3"})->front().metrics.size() == 3);
    CHECK(*store->CountTrials("uid-a") == *first->CountTrials("uid-a"));
    CHECK((*store->BestTrial("uid-a", ObjectiveType::kMinimize))->number ==
          (*first->BestTrial("uid-a", ObjectiveType::kMinimize))->number);
  }
}

TEST_CASE("An import overwrites nothing, and says what it left out") {
  const TemporaryDirectory directory;
  const auto from = OpenAt(directory.File("from.db")), to = OpenAt(directory.File("to.db"));
  REQUIRE(from->Commit({.create_experiments = {MakeExperiment("a"), MakeExperiment("b")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  ExperimentRecord taken = MakeExperiment("a");
  taken.uid = "another";
  REQUIRE(to->Commit({.create_experiments = {taken}}).ok());
  const auto counts = ImportText(Exported(*from), *to);
  REQUIRE(counts.ok());
  CHECK(counts->experiments == 1);
  REQUIRE(counts->refused.size() == 1);
  CHECK(counts->refused[0].find("default/a: there is already an experiment a") == 0);
  CHECK(to->ListExperiments({.name = "a"})->front().uid == "another");
  CHECK(to->ListTrials({})->empty());
  CHECK(ImportText(Exported(*from), *to)->refused.size() == 2);
}

TEST_CASE("An import that is refused for the moment leaves what is there") {
  const TemporaryDirectory directory;
  const auto from = OpenAt(directory.File("from.db"));
  REQUIRE(from->Commit({.create_experiments = {MakeExperiment("a")},
                        .create_trials = {MakeTrial("a", 0)}})
              .ok());
  const std::string path = directory.File("to.db");
  REQUIRE(ImportText(Exported(*from), *OpenAt(path)).ok());
  // Another tool has the database for a little longer than a commit waits.
  const auto to = *OpenSqliteStore(path, {.lock_timeout = absl::Seconds(1)});
  sqlite3* other = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &other) == SQLITE_OK);
  REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  std::thread leaving([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(1800));
    sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
  });
  const auto counts = ImportText(Exported(*from), *to);
  leaving.join();
  sqlite3_close(other);
  INFO(Message(counts.status()));
  CHECK_FALSE(counts.ok());
  CHECK(to->ListTrials({.experiment_uid = "uid-a"})->size() == 1);
}

TEST_CASE("A damaged export leaves nothing of the experiment that it is in") {
  const TemporaryDirectory directory;
  const auto from = OpenAt(directory.File("from.db")), to = OpenAt(directory.File("to.db"));
  FillWithAll(*from);
  const std::string lines = Exported(*from);
  const auto refusal = [&](const std::string& damaged) {
    const auto counts = ImportText(damaged, *to);
    CHECK(to->ListExperiments({.name = "a"})->empty());
    CHECK(to->ListTrials({.limit = 1})->empty());
    REQUIRE_FALSE(counts.ok());
    return Message(counts.status());
  };
  SECTION("it ends early") {
    CHECK(refusal(lines.substr(0, lines.find("{\"event\""))).find("ends early") !=
          std::string::npos);
  }
  SECTION("a line is missing") {
    const size_t line = lines.find("{\"points\"");
    std::string damaged = lines;
    damaged.erase(line, lines.find('\n', line) - line + 1);
    CHECK(refusal(damaged).find("are missing before its end") != std::string::npos);
  }
  SECTION("a value is another") {
    std::string damaged = lines;
    damaged.replace(damaged.rfind("\"attempts\":2"), 12, "\"attempts\":\"2\"");
    const std::string message = refusal(damaged);
    CHECK(message.find("line 1205: \"attempts\" should be a whole number") == 0);
  }
  SECTION("a line is no JSON") {
    CHECK(refusal(lines.substr(0, lines.size() / 2)).find("should be a JSON object") !=
          std::string::npos);
  }
  SECTION("it is no export") {
    std::istringstream input("{\"experiment\":{}}\n");
    CHECK(Message(ImportExperiments(input, *to).status()).find("line 1: it should begin") == 0);
  }
  SECTION("it is of a later version") {
    std::istringstream input("{\"qalamExport\":{\"version\":2}}\n");
    CHECK(ImportExperiments(input, *to).status().code() == StatusCode::kFailedPrecondition);
  }
}

TEST_CASE("An import whose process was killed is replaced by the next") {
  const TemporaryDirectory directory;
  const auto from = OpenAt(directory.File("from.db")), to = OpenAt(directory.File("to.db"));
  FillWithAll(*from);
  ExperimentRecord left = MakeExperiment("a");
  left.state = ExperimentState::kFailed;
  left.reason = "ImportUnfinished";
  REQUIRE(to->Commit({.create_experiments = {left}, .create_trials = {MakeTrial("a", 0)}}).ok());
  CHECK(ImportText(Exported(*from), *to)->experiments == 2);
  CHECK(Exported(*to) == Exported(*from));
}

TEST_CASE("A backup is the database at one moment, while it is written") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db"), copy = directory.File("copy.db");
  const auto store = OpenAt(path);
  REQUIRE(store->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  std::atomic<bool> done = false;
  std::atomic<int> written = 0;
  std::thread writer([&] {
    while (!done) {
      const int number = written;
      if (store
              ->Commit({.create_trials = {MakeTrial("a", number)},
                        .append_points = {{MakeTrial("a", number).uid, {MakePoint("m", 1)}}}})
              .ok()) {
        ++written;
      }
    }
  });
  while (written < 50) std::this_thread::yield();
  const int before = written;
  const Status status = BackUpDatabase(*DatabaseAddress::Parse(path), copy);
  const int after = written;
  done = true;
  writer.join();
  INFO(Message(status));
  REQUIRE(status.ok());
  const auto kept = *OpenAt(copy)->ListTrials({.experiment_uid = "uid-a"});
  CHECK(static_cast<int>(kept.size()) >= before);
  CHECK(static_cast<int>(kept.size()) <= after + 1);
  for (size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].number != static_cast<int64_t>(i) || kept[i].metrics.size() != 1) FAIL("torn");
  }
  const auto refused = [&](const std::string& target) {
    return BackUpDatabase(*DatabaseAddress::Parse(path), target).code() ==
           StatusCode::kAlreadyExists;
  };
  CHECK(refused(copy));
  const std::string stale = directory.File("stale.db");
  REQUIRE(WriteFileAtomically(stale + "-wal", "of another", false).ok());
  CHECK(refused(stale));
  CHECK_FALSE(FileExists(copy + ".part"));
  const auto postgres = *DatabaseAddress::Parse("postgres://ada:s3cret@db/qalam");
  CHECK(Message(BackUpDatabase(postgres, copy)).find("pg_dump") != std::string::npos);
}

TEST_CASE("A database gives the room of what was deleted back", "[postgres]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  {
    const auto store = OpenAt(path);
    FillWithAll(*store);
    REQUIRE(store->Commit({.delete_experiments = {"uid-a"}}).ok());
  }
  const auto before = std::filesystem::file_size(path);
  REQUIRE(CompactDatabase(*DatabaseAddress::Parse(path)).ok());
  CHECK(std::filesystem::file_size(path) < before / 2);
  const std::string address = PostgresServer::Shared().NewDatabase();
  OpenAt(address).reset();
  const Status status = CompactDatabase(*DatabaseAddress::Parse(address));
  INFO(Message(status));
  CHECK(status.ok());
}

}  // namespace qalam
