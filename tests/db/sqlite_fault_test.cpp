// Faults while a store is open: a clear refusal, nothing acknowledged lost, nothing refused kept,
// and the same store goes on when the cause is gone.

#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <filesystem>
#include <set>
#include <thread>

#include "base/files.h"
#include "tests/conformance/store_fixture.h"
#include "tests/support/child_scenario.h"
#include "tests/support/private_mounts.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr int kPointsPerBatch = 20;

// One trial with something to store and its points.
WriteBatch TrialBatch(int64_t number) {
  TrialRecord trial = MakeTrial("a", number);
  trial.message = std::string(2000, static_cast<char>('a' + number % 26));
  WriteBatch batch{.create_trials = {trial}, .append_points = {{trial.uid, {}}}};
  for (int i = 0; i < kPointsPerBatch; ++i) {
    batch.append_points[0].points.push_back(MakePoint("m", i, i));
  }
  return batch;
}

// Exactly the acknowledged batches are there, whole.
void CheckKept(Store& store, const std::set<int64_t>& acknowledged, const std::string& when,
               Problems& problems) {
  const auto trials = store.ListTrials({.experiment_uid = "uid-a"});
  problems.Expect(trials.status(), StatusCode::kOk, "reading " + when);
  if (!trials.ok()) return;
  std::set<int64_t> kept;
  for (const auto& trial : *trials) {
    kept.insert(trial.number);
    problems.Expect(trial.message == TrialBatch(trial.number).create_trials[0].message,
                    "a message was changed " + when);
    problems.Expect(trial.metrics.size() == 1 && trial.metrics[0].count == kPointsPerBatch,
                    "points are missing " + when);
  }
  problems.Expect(kept == acknowledged,
                  fmt::format("{}: {} trials are kept and {} were acknowledged", when, kept.size(),
                              acknowledged.size()));
}

// Two writers and a reader until each writer was refused a few times.
std::set<int64_t> WriteUntilFull(Store& store, int64_t first, Problems& problems) {
  constexpr int kWriters = 2, kRefusals = 5, kMost = 20000;
  std::set<int64_t> acknowledged[kWriters];
  std::vector<Status> refusals[kWriters];
  std::atomic<bool> done{false};
  std::atomic<int> failed_reads{0};
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int i = 0; i < kMost && refusals[w].size() < kRefusals; ++i) {
        const int64_t number = first + kWriters * i + w;
        const Status status = store.Commit(TrialBatch(number));
        if (status.ok()) {
          acknowledged[w].insert(number);
        } else {
          refusals[w].push_back(status);
        }
      }
    });
  }
  std::thread reader([&] {
    while (!done) {
      if (!store.CountTrials("uid-a").ok()) ++failed_reads;
    }
  });
  for (auto& writer : writers) writer.join();
  done = true;
  reader.join();
  problems.Expect(failed_reads == 0, "the reader was disturbed");
  for (int w = 0; w < kWriters; ++w) {
    problems.Expect(refusals[w].size() == kRefusals, "the disk did not become full");
    for (const auto& status : refusals[w]) {
      problems.Expect(status, StatusCode::kResourceExhausted, "a full disk");
      problems.Expect(Message(status).find("free some disk space") != std::string::npos,
                      "what to do is missing: " + Message(status));
    }
  }
  acknowledged[0].merge(acknowledged[1]);
  return acknowledged[0];
}

std::string FillAndGoOn(const std::string& path, const std::function<void()>& make_room) {
  Problems problems;
  auto store = OpenSqliteStore(path);
  if (!store.ok()) return Message(store.status());
  problems.Expect((*store)->Commit({.create_experiments = {MakeExperiment("a")}}), StatusCode::kOk,
                  "the first batch");
  auto acknowledged = WriteUntilFull(**store, 0, problems);
  problems.Expect(!acknowledged.empty(), "nothing was acknowledged");
  CheckKept(**store, acknowledged, "while full", problems);
  make_room();
  constexpr int64_t kLater = 1000000;
  problems.Expect((*store)->Commit(TrialBatch(kLater)), StatusCode::kOk, "with room again");
  acknowledged.insert(kLater);
  CheckKept(**store, acknowledged, "with room again", problems);
  store->reset();
  store = OpenSqliteStore(path);
  if (!store.ok()) return problems.text() + Message(store.status());
  CheckKept(**store, acknowledged, "after reopening", problems);
  return problems.text();
}

// As FillAndGoOn, but the process is killed while the disk is full.
std::string FillAndDie(const std::string& path, const std::function<void()>& make_room) {
  Problems problems;
  int ends[2];
  if (pipe(ends) != 0) return "no pipe";
  const pid_t child = fork();
  if (child == 0) {
    auto store = OpenSqliteStore(path);
    if (!store.ok()) _exit(1);
    if (!(*store)->Commit({.create_experiments = {MakeExperiment("a")}}).ok()) _exit(1);
    for (int64_t number = 0, refused = 0; refused < 3; ++number) {
      if (!(*store)->Commit(TrialBatch(number)).ok()) {
        ++refused;
      } else if (write(ends[1], &number, sizeof(number)) != sizeof(number)) {
        _exit(1);
      }
    }
    raise(SIGKILL);
  }
  close(ends[1]);
  std::set<int64_t> acknowledged;
  for (int64_t number; read(ends[0], &number, sizeof(number)) == sizeof(number);) {
    acknowledged.insert(number);
  }
  close(ends[0]);
  waitpid(child, nullptr, 0);
  problems.Expect(!acknowledged.empty(), "nothing was acknowledged");
  make_room();
  const auto store = OpenSqliteStore(path);
  if (!store.ok()) return Message(store.status());
  CheckKept(**store, acknowledged, "after the kill", problems);
  return problems.text();
}

}  // namespace

TEST_CASE("A full disk refuses and loses nothing", "[sqlite][fault]") {
  // Full while the log is short, and full while the log is folded into the database.
  const uint64_t bytes = GENERATE(1 << 20, 7 << 20);
  const auto scenario = GENERATE(FillAndGoOn, FillAndDie);
  const TemporaryDirectory directory;
  CheckOrWarn(RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountSmallDisk(directory.path(), bytes);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    const std::string ballast = directory.File("ballast");
    if (!WriteFileAtomically(ballast, std::string(300000, 'x'), false).ok()) return "no ballast";
    return scenario(directory.File("qalam.db"), [&] { unlink(ballast.c_str()); });
  }));
}

TEST_CASE("A limit on the size of files refuses and loses nothing", "[sqlite][fault]") {
  const auto scenario = GENERATE(FillAndGoOn, FillAndDie);
  const TemporaryDirectory directory;
  CheckOrWarn(RunInChild([&]() -> std::string {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = 500000;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return std::string(kNotPermitted) + "RLIMIT_FSIZE";
    return scenario(directory.File("qalam.db"), [&] {
      limit.rlim_cur = limit.rlim_max;
      setrlimit(RLIMIT_FSIZE, &limit);
    });
  }));
}

TEST_CASE("A disk that is full from the beginning is named", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  CheckOrWarn(RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountSmallDisk(directory.path(), 1 << 16);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    const std::string ballast = directory.File("ballast");
    Problems problems;
    // 3 pages of 16 are left: the database, its log and its index want more.
    if (!WriteFileAtomically(ballast, std::string(13 * 4096, 'x'), false).ok()) return "no ballast";
    const auto store = OpenSqliteStore(directory.File("qalam.db"));
    problems.Expect(store.status(), StatusCode::kResourceExhausted, "opening");
    unlink(ballast.c_str());
    problems.Expect(OpenSqliteStore(directory.File("qalam.db")).status(),
                    StatusCode::kResourceExhausted, "opening on a disk that is too small");
    return problems.text();
  }));
}

TEST_CASE("Another process's lock refuses writers and lets readers go on", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  { REQUIRE(OpenSqliteStore(path).ok()); }
  int taken[2], release[2];
  REQUIRE(pipe(taken) == 0);
  REQUIRE(pipe(release) == 0);
  const pid_t child = fork();
  if (child == 0) {
    sqlite3* database = nullptr;
    if (sqlite3_open(path.c_str(), &database) != SQLITE_OK ||
        sqlite3_exec(database, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) != SQLITE_OK) {
      _exit(1);
    }
    char byte = 'x';
    if (write(taken[1], &byte, 1) != 1 || read(release[0], &byte, 1) != 1) _exit(1);
    sqlite3_exec(database, "COMMIT", nullptr, nullptr, nullptr);
    _exit(0);
  }
  char byte;
  REQUIRE(read(taken[0], &byte, 1) == 1);
  // The schema is current, so that opening needs no lock.
  const auto opened = OpenSqliteStore(path, {.lock_timeout = absl::Milliseconds(50)});
  INFO(Message(opened.status()));
  REQUIRE(opened.ok());
  Store& store = **opened;
  const Status refused = store.Commit({.create_experiments = {MakeExperiment("a")}});
  const auto read_meanwhile = store.ListExperiments({});
  REQUIRE(write(release[1], &byte, 1) == 1);
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(status == 0);
  for (const int fd : {taken[0], taken[1], release[0], release[1]}) close(fd);
  CHECK(refused.code() == StatusCode::kUnavailable);
  CHECK(Message(refused).find(path + " is locked by another process") != std::string::npos);
  REQUIRE(read_meanwhile.ok());
  CHECK(read_meanwhile->empty());
  CHECK(store.Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  CHECK(store.ListExperiments({})->size() == 1);
}

TEST_CASE("A lock on a database that must be made first is named", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  sqlite3* database = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
  REQUIRE(sqlite3_exec(database, "BEGIN EXCLUSIVE", nullptr, nullptr, nullptr) == SQLITE_OK);
  const SqliteOptions options{.lock_timeout = absl::Milliseconds(50)};
  const Status refused = OpenSqliteStore(path, options).status();
  CHECK(refused.code() == StatusCode::kUnavailable);
  CHECK(Message(refused).find(path) != std::string::npos);
  sqlite3_close(database);
  CHECK(OpenSqliteStore(path, options).ok());
}

TEST_CASE("Damaged pages give an error or the truth", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  constexpr int64_t kTrials = 60;
  std::set<int64_t> acknowledged;
  {
    auto store = OpenSqliteStore(path);
    REQUIRE(store.ok());
    REQUIRE((*store)->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
    for (int64_t i = 0; i < kTrials; ++i) {
      REQUIRE((*store)->Commit(TrialBatch(i)).ok());
      acknowledged.insert(i);
    }
  }
  const std::string sound = *ReadFile(path);
  constexpr size_t kPage = 4096;
  int errors = 0;
  for (size_t page = 1; page < sound.size() / kPage; ++page) {
    CAPTURE(page);
    std::string bytes = sound;
    bytes.replace(page * kPage, kPage, std::string(kPage, '\xee'));
    for (const char* suffix : {"-wal", "-shm"}) std::filesystem::remove(path + suffix);
    REQUIRE(WriteFileAtomically(path, bytes, false).ok());
    const auto store = OpenSqliteStore(path);
    if (!store.ok()) {
      CHECK(store.status().code() == StatusCode::kDataLoss);
      ++errors;
      continue;
    }
    const auto trials = (*store)->ListTrials({.experiment_uid = "uid-a"});
    if (!trials.ok()) {
      CHECK(trials.status().code() == StatusCode::kDataLoss);
      CHECK(Message(trials.status()).find(path) != std::string::npos);
      ++errors;
      continue;
    }
    Problems problems;
    CheckKept(**store, acknowledged, "damaged", problems);
    CHECK(problems.text() == "");
    // Points and indexes have pages of their own; none may bring the process down.
    for (int64_t i = 0; i < kTrials; i += 7) {
      const auto points = (*store)->ReadMetrics({.trial_uid = MakeTrial("a", i).uid});
      if (!points.ok()) {
        CHECK(points.status().code() == StatusCode::kDataLoss);
        ++errors;
      } else {
        CHECK(points->total == kPointsPerBatch);
      }
    }
    const Status written = (*store)->Commit(TrialBatch(kTrials));
    CHECK((written.ok() || written.code() == StatusCode::kDataLoss));
  }
  CHECK(errors > 10);
  // The other pages were not touched by any of this.
  REQUIRE(WriteFileAtomically(path, sound, false).ok());
  const auto store = OpenSqliteStore(path);
  REQUIRE(store.ok());
  Problems problems;
  CheckKept(**store, acknowledged, "restored", problems);
  CHECK(problems.text() == "");
}

TEST_CASE("A database that is moved away is not written to", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  const auto store = OpenSqliteStore(path);
  REQUIRE(store.ok());
  REQUIRE((*store)->Commit({.create_experiments = {MakeExperiment("a")}}).ok());
  std::filesystem::rename(path, path + ".away");
  const Status refused = (*store)->Commit({.create_experiments = {MakeExperiment("b")}});
  CHECK(refused.code() == StatusCode::kUnavailable);
  CHECK(Message(refused).find(path) != std::string::npos);
  std::filesystem::rename(path + ".away", path);
  CHECK((*store)->Commit({.create_experiments = {MakeExperiment("b")}}).ok());
  CHECK((*store)->ListExperiments({})->size() == 2);
}

TEST_CASE("What was acknowledged survives kill -9", "[sqlite][fault]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("qalam.db");
  std::set<int64_t> acknowledged;
  int64_t next = 0;
  for (int round = 0; round < 5; ++round) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) {
      auto store = OpenSqliteStore(path);
      if (!store.ok()) _exit(1);
      if (round == 0 && !(*store)->Commit({.create_experiments = {MakeExperiment("a")}}).ok()) {
        _exit(1);
      }
      for (int64_t number = next;; ++number) {
        if (!(*store)->Commit(TrialBatch(number)).ok()) _exit(1);
        if (write(ends[1], &number, sizeof(number)) != sizeof(number)) _exit(1);
      }
    }
    close(ends[1]);
    const size_t enough = acknowledged.size() + 50;
    int64_t number;
    const auto next_acknowledgement = [&] {
      return read(ends[0], &number, sizeof(number)) == sizeof(number);
    };
    while (acknowledged.size() < enough && next_acknowledgement()) acknowledged.insert(number);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (next_acknowledgement()) acknowledged.insert(number);
    close(ends[0]);
    CHECK(acknowledged.size() >= enough);
    const auto store = OpenSqliteStore(path);
    REQUIRE(store.ok());
    // The last batch may have become durable before its acknowledgement was sent.
    next = *acknowledged.rbegin() + 1;
    if (!(*store)->ListTrials({.uid = MakeTrial("a", next).uid})->empty()) {
      acknowledged.insert(next++);
    }
    Problems problems;
    CheckKept(**store, acknowledged, "after the kill", problems);
    CHECK(problems.text() == "");
  }
}

}  // namespace qalam
