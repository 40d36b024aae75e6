#include "server/change_log.h"

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <thread>

#include "server/activity.h"
#include "server/observed_store.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

namespace {

Change Points(const std::string& experiment, size_t count) {
  return {.kind = Change::Kind::kPoints,
          .experiment_uid = experiment,
          .trial_uid = experiment + "-0",
          .points = std::make_shared<const std::vector<MetricPoint>>(count)};
}

std::vector<uint64_t> SequencesSince(const ChangeLog& log, uint64_t sequence, bool* complete) {
  std::vector<uint64_t> sequences;
  uint64_t last = 0;
  *complete = log.ForEachSince(
      sequence, [&](const Change& change) { sequences.push_back(change.sequence); }, &last);
  CHECK(last == log.Sequence());
  return sequences;
}

}  // namespace

TEST_CASE("The log tells what came after a sequence, as long as it remembers", "[server]") {
  ChangeLog log;
  bool complete = false;
  CHECK(SequencesSince(log, 0, &complete).empty());
  CHECK(complete);
  log.Publish({Points("a", 1), Points("b", 1), Points("a", 1)});
  CHECK(log.Sequence() == 3);
  CHECK(log.Sequence("a") == 3);
  CHECK(log.Sequence("b") == 2);
  CHECK(log.Sequence("c") == 0);
  CHECK(SequencesSince(log, 1, &complete) == std::vector<uint64_t>{2, 3});
  CHECK(complete);
  CHECK(SequencesSince(log, 3, &complete).empty());
  CHECK(complete);
  // From another log.
  SequencesSince(log, 4, &complete);
  CHECK_FALSE(complete);

  log.Publish({Points("a", ChangeLog::kMostPoints)});
  CHECK(SequencesSince(log, 3, &complete) == std::vector<uint64_t>{4});
  CHECK(complete);
  SequencesSince(log, 2, &complete);
  CHECK_FALSE(complete);
  std::vector<Change> many(ChangeLog::kMostChanges);
  for (auto& change : many) change.experiment_uid = "a";
  log.Publish(many);
  CHECK(SequencesSince(log, 4, &complete).size() == ChangeLog::kMostChanges);
  CHECK(complete);
  SequencesSince(log, 3, &complete);
  CHECK_FALSE(complete);
}

TEST_CASE("Those who wait for a change are woken by it", "[server]") {
  ChangeLog log;
  std::thread writer([&] { log.Publish({Points("a", 1)}); });
  CHECK(log.WaitPast("a", 0, absl::Seconds(20)) == 1);
  CHECK(log.WaitPast(0, absl::Now() + absl::Seconds(20)) == 1);
  writer.join();
  CHECK(log.WaitPast("a", 1, absl::Milliseconds(1)) == 1);
  log.Wake();
  CHECK(log.WaitPast(1, absl::InfiniteFuture()) == 1);
}

TEST_CASE("What is committed is in the log, what fails is not", "[server]") {
  TemporaryDirectory directory;
  ChangeLog log;
  Activity activity;
  SystemClock clock;
  auto opened = OpenSqliteStore(directory.File("qalam.db"));
  REQUIRE(opened.ok());
  const auto store = MakeObservedStore(*std::move(opened), clock, log, activity);
  ExperimentRecord experiment;
  experiment.uid = "e";
  experiment.name_space = "default";
  experiment.name = "watched";
  experiment.document_json = "{}";
  experiment.created = clock.Now();
  TrialRecord trial;
  trial.uid = "e-0";
  trial.experiment_uid = "e";
  trial.name = "watched-0";
  trial.created = clock.Now();
  REQUIRE(store->Commit({.create_experiments = {experiment}, .create_trials = {trial}}).ok());
  CHECK(log.Sequence() == 2);
  CHECK_FALSE(store->Commit({.create_experiments = {experiment}}).ok());
  CHECK_FALSE(store->Commit({.append_points = {{"none", {{.metric = "m"}}}}}).ok());
  CHECK(log.Sequence() == 2);

  // Also where the trial was created before this process began.
  const auto again =
      MakeObservedStore(*OpenSqliteStore(directory.File("qalam.db")), clock, log, activity);
  REQUIRE(again->Commit({.append_points = {{"e-0", {{.metric = "m", .value = 3}}}}}).ok());
  trial.state = TrialState::kSucceeded;
  REQUIRE(again->Commit({.update_trials = {trial}}).ok());
  REQUIRE(again->Commit({.delete_experiments = {"e"}}).ok());
  std::vector<Change> changes;
  uint64_t last = 0;
  REQUIRE(log.ForEachSince(
      2, [&](const Change& change) { changes.push_back(change); }, &last));
  REQUIRE(changes.size() == 3);
  CHECK(changes[0].kind == Change::Kind::kPoints);
  CHECK(changes[0].experiment_uid == "e");
  CHECK(changes[0].points->front().value == 3);
  CHECK(changes[1].kind == Change::Kind::kTrial);
  CHECK(changes[2].kind == Change::Kind::kDeleted);
  CHECK(changes[2].name == "watched");
  CHECK(activity.Get(clock.Now()).points_per_second > 0);
  CHECK(activity.Get(clock.Now()).trials_per_minute > 0);
  CHECK(activity.Get(clock.Now() + absl::Minutes(2)).points_per_second == 0);
}

}  // namespace qalam
