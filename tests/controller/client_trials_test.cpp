// Experiments whose trials clients run: real controller, store and algorithms.

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/support/client_experiment.h"

namespace qalam {
namespace {

constexpr char kRandom[] =
    "algorithm: {algorithmName: random}\n"
    "  maxTrialCount: 10\n"
    "  parameters: [{name: x, parameterType: double, feasibleSpace: {min: \"0\", max: \"1\"}}]";

std::string With(const std::string& more) { return kRandom + ("\n  " + more); }

std::set<int64_t> Numbers(const std::vector<TrialRecord>& trials) {
  std::set<int64_t> numbers;
  for (const auto& trial : trials) numbers.insert(trial.number);
  return numbers;
}

TrialRecord One(StatusOr<AskAnswer> answer) {
  REQUIRE(answer.ok());
  REQUIRE(answer->trials.size() == 1);
  return answer->trials.front();
}

}  // namespace

TEST_CASE("What is asked for is proposed, durable and running", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto answer = experiment.Ask("a", 3);
  REQUIRE(answer.ok());
  CHECK(Numbers(answer->trials) == std::set<int64_t>{0, 1, 2});
  for (const auto& trial : answer->trials) {
    const auto stored = experiment.Stored(trial);
    CHECK(stored.state == TrialState::kRunning);
    CHECK(stored.worker == "w-a");
    CHECK(stored.lease == "a");
    CHECK(stored.parameters == trial.parameters);
    CHECK(trial.parameters.size() == 1);
  }
  // Nothing is proposed that nobody asked for.
  CHECK(experiment.Trials().size() == 3);
}

TEST_CASE("An experiment goes by what it is told to its end", "[clients]") {
  ClientExperiment experiment(With("maxFailedTrialCount: 5"));
  for (int i = 0; i < 10; ++i) {
    const auto trial = One(experiment.Ask("a"));
    const auto told = i < 3
                          ? experiment.Tell({.trial_uid = trial.uid, .state = TrialState::kFailed})
                          : experiment.Tell(trial, 1.0 + i);
    REQUIRE(told.ok());
    CHECK(experiment.Stored(trial).state == (i < 3 ? TrialState::kFailed : TrialState::kSucceeded));
  }
  const auto after = experiment.Ask("a");
  REQUIRE(after.ok());
  CHECK(after->trials.empty());
  CHECK(after->exhausted);
  CHECK(after->reason == "MaxTrialsReached");
  CHECK(experiment.Record().state == ExperimentState::kSucceeded);
  CHECK((*experiment.store().BestTrial("uid", ObjectiveType::kMinimize))->number == 3);
}

TEST_CASE("Told metrics are stored with the end, and reported ones count", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trials = ClientExperiment::Value(experiment.Ask("a", 3)).trials;
  REQUIRE(experiment.store()
              .Commit({.append_points = {{trials[0].uid, {{.metric = "loss", .value = 0.25}}}}})
              .ok());
  CHECK(experiment.Tell({.trial_uid = trials[0].uid})->objective_value == 0.25);
  TellCall call{.trial_uid = trials[1].uid};
  call.points = {{.metric = "loss", .value = 3}, {.metric = "loss", .value = 2}};
  CHECK(experiment.Tell(call)->objective_value == 2);
  CHECK(experiment.store().ReadMetrics({.trial_uid = trials[1].uid})->total == 2);
  const auto none = experiment.Tell({.trial_uid = trials[2].uid});
  CHECK(none.status().code() == StatusCode::kInvalidArgument);
  CHECK(experiment.Stored(trials[2]).state == TrialState::kRunning);
}

TEST_CASE("A trial whose lease ends goes to the next that asks, the same", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto lost = One(experiment.Ask("a"));
  const auto kept = One(experiment.Ask("b"));
  experiment.Pass(absl::Seconds(50));
  CHECK(experiment.Renew(kept).outcome == RenewCall::Outcome::kHeld);
  experiment.Pass(absl::Seconds(15));
  const auto again = One(experiment.Ask("c"));
  CHECK(again.number == lost.number);
  CHECK(again.uid == lost.uid);
  CHECK(again.parameters == lost.parameters);
  CHECK(again.worker == "w-c");
  CHECK(experiment.Events(lost) == std::vector<std::string>{"LeaseEnded"});
  CHECK(experiment.Renew(lost).outcome == RenewCall::Outcome::kLost);
  CHECK(experiment.Tell(lost, 1).status().code() == StatusCode::kFailedPrecondition);
  CHECK(experiment.Tell(again, 2).ok());
  CHECK(experiment.Renew(lost).outcome == RenewCall::Outcome::kNotActive);
  CHECK(experiment.Tell(kept, 3).ok());
  CHECK(One(experiment.Ask("c")).number == 2);
}

TEST_CASE("Who was only late goes on, as long as nobody has taken the trial", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trials = ClientExperiment::Value(experiment.Ask("a", 2)).trials;
  experiment.Pass(absl::Seconds(61));
  CHECK(experiment.Renew(trials[0]).outcome == RenewCall::Outcome::kHeld);
  CHECK(experiment.Stored(trials[0]).state == TrialState::kRunning);
  CHECK(experiment.Stored(trials[1]).state == TrialState::kPending);
  CHECK(experiment.Tell(trials[1], 1).ok());
  CHECK(experiment.Stored(trials[1]).state == TrialState::kSucceeded);
}

TEST_CASE("Leases outlive the controller, each with its full time again", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trial = One(experiment.Ask("a"));
  experiment.StopController();
  experiment.StartController();
  experiment.Pass(absl::Seconds(59));
  CHECK(One(experiment.Ask("b")).number == 1);
  CHECK(experiment.Renew(trial).outcome == RenewCall::Outcome::kHeld);
  experiment.Pass(absl::Seconds(61));
  CHECK(One(experiment.Ask("b")).number == 0);
}

TEST_CASE("What another server has done is read when its experiment is taken over", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trials = ClientExperiment::Value(experiment.Ask("a", 2)).trials;
  TrialRecord told = experiment.Stored(trials[0]);
  told.state = TrialState::kSucceeded;
  told.objective_value = 1;
  REQUIRE(experiment.store().Commit({.update_trials = {told}}).ok());
  // The other was told in time that the second one goes on.
  experiment.Pass(absl::Seconds(59));
  experiment.controller().TakeOver("uid");
  experiment.Pass(absl::Seconds(10));
  CHECK(experiment.Stored(trials[1]).state == TrialState::kRunning);
  CHECK(One(experiment.Ask("b")).number == 2);
  CHECK(experiment.Renew(trials[0]).outcome == RenewCall::Outcome::kNotActive);
  CHECK(experiment.Renew(trials[1]).outcome == RenewCall::Outcome::kHeld);
}

TEST_CASE("A repeated ask gives the trials of a lost answer again", "[clients]") {
  ClientExperiment experiment(kRandom);
  AskCall call{.count = 2, .lease = "a", .may_repeat = true};
  const auto first = ClientExperiment::Value(ClientExperiment::Get(experiment.BeginAsk(call)));
  if (GENERATE(false, true)) {
    experiment.StopController();
    experiment.StartController();
  }
  const auto second = ClientExperiment::Value(ClientExperiment::Get(experiment.BeginAsk(call)));
  CHECK(Numbers(second.trials) == Numbers(first.trials));
  CHECK(experiment.Trials().size() == 2);
  REQUIRE(experiment.Tell(first.trials[0], 1).ok());
  const auto third = ClientExperiment::Value(ClientExperiment::Get(experiment.BeginAsk(call)));
  CHECK(Numbers(third.trials) == std::set<int64_t>{first.trials[1].number});
}

TEST_CASE("An ask waits for a trial to come back, as long as it is patient", "[clients]") {
  ClientExperiment experiment(With("parallelTrialCount: 1"));
  const auto trial = One(experiment.Ask("a"));
  const auto now = experiment.Ask("b");
  REQUIRE(now.ok());
  CHECK(now->trials.empty());
  CHECK_FALSE(now->exhausted);
  CHECK(now->reason == "ParallelTrialCountReached");
  auto patient = experiment.BeginAsk(experiment.Patient("b", absl::Seconds(30)));
  SECTION("it is told") {
    REQUIRE(experiment.Tell(trial, 1).ok());
    CHECK(One(ClientExperiment::Get(std::move(patient))).number == 1);
  }
  SECTION("its patience ends") {
    experiment.Pass(absl::Seconds(31));
    CHECK(ClientExperiment::Get(std::move(patient))->trials.empty());
  }
  SECTION("the experiment is stopped") {
    experiment.Change([](ExperimentRecord& record) { record.stop_requested = true; });
    const auto answer = ClientExperiment::Get(std::move(patient));
    REQUIRE(answer.ok());
    CHECK(answer->exhausted);
    CHECK(answer->reason == "UserStopped");
    CHECK(experiment.Stored(trial).state == TrialState::kKilled);
    CHECK(experiment.Renew(trial).outcome == RenewCall::Outcome::kNotActive);
  }
  SECTION("the server stops") {
    experiment.StopController();
    CHECK(ClientExperiment::Get(std::move(patient)).status().code() == StatusCode::kUnavailable);
  }
}

TEST_CASE("Nothing is handed out while the experiment is paused", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trial = One(experiment.Ask("a"));
  experiment.Change([](ExperimentRecord& record) { record.paused = true; });
  const auto paused = experiment.Ask("b");
  REQUIRE(paused.ok());
  CHECK(paused->trials.empty());
  CHECK(paused->reason == "Paused");
  CHECK(experiment.Tell(trial, 1).ok());
  auto patient = experiment.BeginAsk(experiment.Patient("b", absl::Seconds(30)));
  experiment.Change([](ExperimentRecord& record) { record.paused = false; });
  CHECK(One(ClientExperiment::Get(std::move(patient))).number == 1);
}

TEST_CASE("A caller that has gone is given nothing", "[clients]") {
  ClientExperiment experiment(With("parallelTrialCount: 1"));
  const auto trial = One(experiment.Ask("a"));
  uint64_t id = 0;
  auto gone = experiment.BeginAsk(experiment.Patient("b", absl::Seconds(30)), &id);
  experiment.controller().CancelAsk("uid", id);
  CHECK(ClientExperiment::Get(std::move(gone)).status().code() == StatusCode::kCancelled);
  REQUIRE(experiment.Tell(trial, 1).ok());
  CHECK(One(experiment.Ask("c")).number == 1);
}

TEST_CASE("The goal ends the experiment, with the trials that others run", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto trials = ClientExperiment::Value(experiment.Ask("a", 3)).trials;
  auto waiting = experiment.BeginAsk(experiment.Patient("b", absl::Seconds(30), 9));
  REQUIRE(ClientExperiment::Get(std::move(waiting))->trials.size() == 7);
  REQUIRE(experiment.Tell(trials[0], -1).ok());
  const auto after = experiment.Ask("a");
  REQUIRE(after.ok());
  CHECK(after->exhausted);
  CHECK(after->reason == "GoalReached");
  CHECK(experiment.Stored(trials[1]).state == TrialState::kKilled);
  CHECK(experiment.Stored(trials[1]).reason == "ExperimentEnded");
}

TEST_CASE("A space that is used up is handed out once and then exhausted", "[clients]") {
  ClientExperiment experiment(
      "algorithm: {algorithmName: grid}\n"
      "  parameters: [{name: x, parameterType: int, feasibleSpace: {min: \"1\", max: \"3\"}}]");
  const auto answer = experiment.Ask("a", 10);
  REQUIRE(answer.ok());
  REQUIRE(answer->trials.size() == 3);
  const auto none = experiment.Ask("b");
  REQUIRE(none.ok());
  CHECK(none->trials.empty());
  CHECK_FALSE(none->exhausted);
  CHECK(none->reason == "AllTrialsRunning");
  for (const auto& trial : answer->trials) REQUIRE(experiment.Tell(trial, 1).ok());
  const auto end = experiment.Ask("b");
  REQUIRE(end.ok());
  CHECK(end->exhausted);
  CHECK(end->reason == "SearchSpaceExhausted");
}

TEST_CASE("A trial added by hand goes to the next that asks and counts in the budget",
          "[clients]") {
  ClientExperiment experiment(kRandom);
  REQUIRE(One(experiment.Ask("a")).number == 0);
  const auto added = experiment.Add("0.5");
  REQUIRE(added.ok());
  CHECK(added->number == 1);
  CHECK(experiment.Stored(*added).state == TrialState::kPending);
  const auto asked = One(experiment.Ask("a"));
  CHECK(asked.uid == added->uid);
  CHECK(asked.parameters == std::vector<Assignment>{{"x", "0.5"}});
  CHECK(asked.labels.at("added") == "by hand");
  REQUIRE(experiment.Ask("a", 8)->trials.size() == 8);
  CHECK(experiment.Add("0.6").status().code() == StatusCode::kFailedPrecondition);
  CHECK(experiment.Trials().size() == 10);
}

TEST_CASE("A trial that waits may be told without being asked for", "[clients]") {
  ClientExperiment experiment(kRandom);
  const auto added = experiment.Add("0.5");
  REQUIRE(added.ok());
  REQUIRE(experiment.Tell({.trial_uid = added->uid, .objective_values = {3}}).ok());
  CHECK(experiment.Stored(*added).objective_value == 3);
  CHECK(One(experiment.Ask("a")).number == 1);
}

TEST_CASE("Many workers at once get every trial once", "[clients]") {
  constexpr int kWorkers = 64, kTrials = 1500;
  ClientExperiment experiment(
      fmt::format("algorithm: {{algorithmName: random}}\n"
                  "  maxTrialCount: {}\n"
                  "  parameters: [{{name: x, parameterType: double, "
                  "feasibleSpace: {{min: \"0\", max: \"1\"}}}}]",
                  kTrials));
  std::vector<std::vector<TrialRecord>> told(kWorkers);
  std::vector<std::string> failures(kWorkers);
  std::vector<std::thread> workers;
  for (int w = 0; w < kWorkers; ++w) {
    workers.emplace_back([&, w] {
      const std::string lease = fmt::format("{}", w);
      while (true) {
        const auto answer = ClientExperiment::Get(
            experiment.BeginAsk(experiment.Patient(lease, absl::Seconds(30), 1 + w % 3)));
        if (!answer.ok() || answer->exhausted) {
          if (!answer.ok()) failures[w] = Message(answer.status());
          return;
        }
        for (const auto& trial : answer->trials) {
          const auto status = experiment.Tell(trial, 1.0 + static_cast<double>(trial.number));
          if (!status.ok()) failures[w] = Message(status.status());
          told[w].push_back(trial);
        }
      }
    });
  }
  for (auto& worker : workers) worker.join();
  std::set<int64_t> numbers;
  size_t count = 0;
  for (int w = 0; w < kWorkers; ++w) {
    CHECK(failures[w] == "");
    count += told[w].size();
    for (const auto& trial : told[w]) numbers.insert(trial.number);
  }
  CHECK(count == kTrials);
  CHECK(numbers.size() == kTrials);
  CHECK(experiment.Trials().size() == kTrials);
  CHECK(experiment.Record().reason == "MaxTrialsReached");
}

}  // namespace qalam
