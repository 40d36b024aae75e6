// What the whole program does while something around it fails.

#include <absl/time/clock.h>
#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <functional>
#include <set>

#include "tests/support/child_scenario.h"
#include "tests/support/lines.h"
#include "tests/support/private_mounts.h"
#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

// False when the condition does not come to hold.
bool ComesToHold(const std::function<bool()>& condition) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(20));
  }
  return true;
}

// As a backup program that holds on to the database.
class HeldDatabase {
 public:
  explicit HeldDatabase(const std::string& path) {
    sqlite3_open(path.c_str(), &database_);
    sqlite3_busy_timeout(database_, 10000);
    held_ = sqlite3_exec(database_, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK;
  }
  ~HeldDatabase() { sqlite3_close(database_); }
  HeldDatabase(const HeldDatabase&) = delete;
  HeldDatabase& operator=(const HeldDatabase&) = delete;
  bool held() const { return held_; }

 private:
  sqlite3* database_ = nullptr;
  bool held_ = false;
};

constexpr int kMetTrials = 30;

// Runs an experiment during which `strike` does something to the database, for as long as what it
// returns lives. What went wrong; "" when all trials came through it.
std::string RunThrough(
    Shell& shell, const std::string& document, const std::string& database,
    const std::function<std::shared_ptr<void>(const std::string& database)>& strike) {
  Problems problems;
  const auto server = shell.Start({"serve", "--db", database, "--listen", "127.0.0.1:0", "--http",
                                   "none", "--work-dir", shell.File("trials")});
  const auto begun = [&] { return ReadLines(shell.File("begun")); };
  if (!ComesToHold([&] { return !LiveServerAddress(database).empty(); })) return shell.Output();
  const auto submitted = shell.Run({"submit", "--db", database, document});
  if (submitted.status != 0) return submitted.text;
  problems.Expect(ComesToHold([&] { return begun().size() >= 4; }), "the trials did not begin");
  auto trouble = strike(database);
  problems.Expect(trouble != nullptr, "there was no trouble");
  // Longer than the store waits for another's lock.
  absl::SleepFor(absl::Seconds(6));
  problems.Expect(begun().size() < kMetTrials, "the trouble did not hold anything up");
  trouble.reset();
  const auto ended = [&] { return Has(shell.Run({"list", "--db", database}).text, "Succeeded"); };
  problems.Expect(ComesToHold(ended), "it did not end: " + shell.Output());
  const auto all = begun();
  problems.Expect(all.size() == kMetTrials && std::set(all.begin(), all.end()).size() == kMetTrials,
                  fmt::format("{} trials began", all.size()));
  const auto trials = shell.Run({"trials", "--db", database, "met", "-o", "json"}).text;
  size_t succeeded = 0;
  for (size_t at = 0; (at = trials.find("TRIAL_SUCCEEDED", at)) != std::string::npos; ++at) {
    ++succeeded;
  }
  problems.Expect(succeeded == kMetTrials, fmt::format("{} succeeded: {}", succeeded, trials));
  return problems.text();
}

std::string WriteMet(Shell& shell) {
  return shell.Write(
      "met", "echo $QALAM_TRIAL_NAME >> " + shell.File("begun") + "; sleep 0.2; echo loss=1",
      kMetTrials);
}

}  // namespace

TEST_CASE("An experiment stands still while the disk is full, and loses nothing", "[fault][slow]") {
  Shell shell;
  const std::string document = WriteMet(shell);
  const TemporaryDirectory disk;
  const std::string wrong = RunInChild([&]() -> std::string {
    Status mounted = EnterPrivateMounts();
    if (mounted.ok()) mounted = MountSmallDisk(disk.path(), 3 << 20);
    if (!mounted.ok()) return kNotPermitted + Message(mounted);
    return RunThrough(shell, document, disk.File("qalam.db"), [&](const std::string&) {
      const std::string ballast = disk.File("ballast");
      FillDisk(ballast);
      return std::shared_ptr<void>(&shell, [ballast](void*) { unlink(ballast.c_str()); });
    });
  });
  CheckOrWarn(wrong);
}

TEST_CASE("An experiment stands still while another holds the database, and loses nothing",
          "[fault][slow]") {
  Shell shell;
  const std::string document = WriteMet(shell);
  CHECK(RunThrough(shell, document, shell.File("held.db"),
                   [](const std::string& database) -> std::shared_ptr<void> {
                     auto held = std::make_shared<HeldDatabase>(database);
                     return held->held() ? held : nullptr;
                   }) == "");
}

TEST_CASE("What a trial reports while its server is away is delivered once it is back", "[fault]") {
  Shell shell;
  const std::string go = shell.File("go"), begun = shell.File("begun");
  const std::string document = shell.Write(
      "reports",
      fmt::format("touch {}; until [ -e {} ]; do sleep 0.01; done; qalam report loss=0.5 --step 1 "
                  "&& qalam report loss=0.25 --step 2",
                  begun, go),
      1, "  metricsCollectorSpec: {collector: {kind: Push}}\n");
  ServedDatabase served({"--listen", "127.0.0.1:0", "--http", "none"});
  auto stub = served.Start();
  const auto submitted = shell.Run({"submit", "--db", served.database(), document});
  INFO(submitted.text);
  REQUIRE(submitted.status == 0);
  REQUIRE(ComesToHold([&] { return FileExists(begun); }));
  served.Kill();
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  // It tries in vain meanwhile.
  absl::SleepFor(absl::Seconds(2));
  stub = served.Start();
  v1::Experiment experiment;
  REQUIRE(ComesToHold([&] {
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    request.mutable_experiment()->set_name("reports");
    return stub->GetExperiment(&context, request, &experiment).ok() && experiment.has_completed();
  }));
  CHECK(experiment.state() == v1::EXPERIMENT_SUCCEEDED);
  CHECK(experiment.best_trial().objective_value() == 0.25);
  grpc::ClientContext context;
  v1::ReadMetricsRequest request;
  request.mutable_trial()->set_name(experiment.best_trial().name());
  v1::ReadMetricsReply reply;
  REQUIRE(stub->ReadMetrics(&context, request, &reply).ok());
  CHECK(reply.points_size() == 2);
}

}  // namespace qalam
