// Trials that are run again, over simulated ones.

#include "controller/retry.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

// Reports something good, then ends so.
SimulatedRun BadRun(const JobStatus& ending) {
  SimulatedRun run;
  run.duration = absl::Seconds(3);
  run.ending = ending;
  run.reports = {{absl::Seconds(1), "loss", 0.5, 1}};
  return run;
}

JobStatus CollectorLost() {
  return {JobState::kFailed, "CollectorLost", "its collector was killed"};
}

std::vector<EventRecord> RetryEvents(SimulatedExperiment& experiment) {
  auto events = *experiment.store().ListEvents({.experiment_uid = "uid"});
  std::erase_if(events, [](const EventRecord& event) { return event.reason != kRetryReason; });
  return events;
}

// The one trial ran twice, and nothing of its first run is left in what it reported.
void CheckRanTwice(SimulatedExperiment& experiment) {
  REQUIRE(experiment.Trials().size() == 1);
  const auto trial = experiment.Trials().front();
  CAPTURE(trial.reason, trial.message);
  CHECK(trial.state == TrialState::kSucceeded);
  CHECK(trial.attempts == 2);
  CHECK(trial.objective_value == 1.0);
  REQUIRE(trial.metrics.size() == 1);
  CHECK(trial.metrics[0].count == 2);
  CHECK(experiment.world().Begun(trial.uid) == 2);
  CHECK(RetryEvents(experiment).size() == 1);
}

SimulatedRun LostOnce(const TrialJob&, int attempt) {
  return attempt == 1 ? BadRun(CollectorLost()) : GoodRun(absl::Seconds(5));
}

}  // namespace

TEST_CASE("A trial that its engine lost is run again, and only what that run reports counts",
          "[retry]") {
  const auto ending = GENERATE(0, 1);
  SimulatedExperiment experiment({.trials = 1, .of_template = "retries: 3"},
                                 [&](const TrialJob&, int attempt) {
                                   if (attempt > 1) return GoodRun(absl::Seconds(5));
                                   return BadRun(ending == 0 ? CollectorLost() : LostByEngine());
                                 });
  experiment.StartController();
  // What it reports is read before it is lost: of one that never said anything it is certain that
  // it did not run, and it is submitted again without a word.
  experiment.WaitUntil([&] { return experiment.Count(TrialState::kRunning) == 1; });
  const Time reported = experiment.clock().Now() + absl::Seconds(1);
  experiment.RunUntil([&] { return experiment.clock().Now() >= reported; });
  experiment.WaitUntil([&] { return experiment.Trials().front().collected_bytes > 0; });
  experiment.RunToEnd();
  CheckRanTwice(experiment);
  const auto message = RetryEvents(experiment)[0].message;
  CHECK(message ==
        (ending == 0 ? "its collector was killed (CollectorLost); run 2 of at most 4 follows after "
                       "1s"
                     : "its job is no longer known to the operator (Lost); run 2 of at most 4 "
                       "follows after 1s"));
}

TEST_CASE("Early stopping forgets what a lost run has reported", "[retry][early-stopping]") {
  // Two points without improvement would do, and the lost run has reported two already.
  const char kPatience[] =
      "earlyStopping: {algorithmName: patience, algorithmSettings: [{name: patience, value: '2'}]}";
  SimulatedExperiment experiment(
      {.trials = 1, .more = kPatience, .of_template = "retries: 1"},
      [](const TrialJob&, int attempt) {
        SimulatedRun run;
        run.duration = absl::Seconds(5);
        run.ending = attempt == 1 ? CollectorLost() : ExitedWith(0);
        run.reports = {{absl::Seconds(1), "loss", 0.5, 1}, {absl::Seconds(2), "loss", 0.5, 2}};
        return run;
      });
  experiment.StartController();
  experiment.RunToEnd();
  const auto trial = experiment.Trials().front();
  CAPTURE(trial.reason, trial.message);
  CHECK(trial.state == TrialState::kSucceeded);
  CHECK(trial.attempts == 2);
  CHECK(trial.metrics[0].count == 2);
}

TEST_CASE("What a trial does by itself is run again only where that is asked for", "[retry]") {
  const auto ending = GENERATE(0, 1, 2, 3);
  const JobStatus endings[] = {ExitedWith(3),
                               KilledBySignal(9),
                               {JobState::kFailed, "Timeout", "too long"},
                               {JobState::kFailed, "StartFailed", "no such program"}};
  CAPTURE(endings[ending].reason);
  const auto asked = GENERATE(false, true);
  SimulatedExperiment experiment(
      {.trials = 1, .of_template = asked ? "retries: 2\n    retryOn: Failure" : "retries: 2"},
      [&](const TrialJob&, int) { return BadRun(endings[ending]); });
  experiment.StartController();
  experiment.RunToEnd();
  const auto trial = experiment.Trials().front();
  CHECK(trial.state == TrialState::kFailed);
  CHECK(trial.reason == endings[ending].reason);
  CHECK(trial.attempts == (asked ? 3 : 1));
  CHECK(experiment.world().Begun(trial.uid) == trial.attempts);
  CHECK(RetryEvents(experiment).size() == static_cast<size_t>(trial.attempts - 1));
}

TEST_CASE("Each further run waits twice as long", "[retry]") {
  CHECK(RetryDelay(0) == absl::Seconds(1));
  CHECK(RetryDelay(1) == absl::Seconds(2));
  CHECK(RetryDelay(5) == absl::Seconds(32));
  CHECK(RetryDelay(99) == absl::Minutes(5));
  std::vector<Time> begun;
  SimulatedExperiment* world = nullptr;
  SimulatedExperiment experiment({.trials = 1, .of_template = "retries: 3"},
                                 [&](const TrialJob&, int) {
                                   begun.push_back(world->clock().Now());
                                   return BadRun(CollectorLost());
                                 });
  world = &experiment;
  experiment.StartController();
  experiment.RunToEnd();
  experiment.StopController();
  REQUIRE(begun.size() == 4);
  for (int i = 0; i < 3; ++i) {
    CHECK(begun[i + 1] - begun[i] >= absl::Seconds(3) + RetryDelay(i));
  }
}

TEST_CASE("A controller that goes between any two steps of a retry neither loses nor doubles it",
          "[retry]") {
  const auto trial_is = [](SimulatedExperiment& experiment, TrialState state, int attempts) {
    const auto trials = experiment.Trials();
    return !trials.empty() && trials[0].state == state && trials[0].attempts == attempts;
  };
  SimulatedExperiment experiment({.trials = 1, .of_template = "retries: 1"}, LostOnce);
  experiment.StartController();
  SECTION("the failure is not taken in yet") {
    experiment.RunUntil([&] { return trial_is(experiment, TrialState::kRunning, 1); });
    experiment.StopController();
    experiment.clock().Advance(absl::Seconds(10));
  }
  SECTION("it is durable that it is run again") {
    experiment.RunUntil([&] { return trial_is(experiment, TrialState::kPending, 1); });
    experiment.StopController();
  }
  SECTION("its second run has begun, and that is not durable") {
    experiment.RunUntil([&] { return trial_is(experiment, TrialState::kPending, 1); });
    experiment.world().SetFaults({.submits_unanswered = 1});
    experiment.RunUntil([&] { return experiment.world().counts().submitted == 2; });
    experiment.StopController();
    REQUIRE(trial_is(experiment, TrialState::kPending, 1));
  }
  SECTION("its second run is durable") {
    experiment.RunUntil([&] { return trial_is(experiment, TrialState::kRunning, 2); });
    experiment.StopController();
  }
  experiment.StartController();
  experiment.RunToEnd();
  CheckRanTwice(experiment);
}

TEST_CASE("The number of runs is bounded across controllers", "[retry]") {
  SimulatedExperiment experiment({.trials = 1, .of_template = "retries: 3"},
                                 [](const TrialJob&, int) { return BadRun(CollectorLost()); });
  for (int attempts = 1; attempts <= 3; ++attempts) {
    experiment.StartController();
    experiment.RunUntil([&] {
      const auto trials = experiment.Trials();
      return !trials.empty() && trials[0].state == TrialState::kPending &&
             trials[0].attempts == attempts;
    });
    experiment.StopController();
  }
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Trials()[0].state == TrialState::kFailed);
  CHECK(experiment.Trials()[0].attempts == 4);
  CHECK(experiment.world().Begun("uid-0") == 4);
}

TEST_CASE("A trial that waits to be run again can be stopped", "[retry]") {
  SimulatedExperiment experiment({.trials = 1, .of_template = "retries: 1"}, LostOnce);
  experiment.StartController();
  experiment.RunUntil([&] {
    const auto trials = experiment.Trials();
    return !trials.empty() && trials[0].reason == kRetryReason;
  });
  auto record = experiment.Record();
  record.stop_requested = true;
  REQUIRE(experiment.store().Commit({.update_experiments = {record}}).ok());
  experiment.controller().Enqueue(record.uid);
  experiment.WaitUntil([&] { return IsTerminal(experiment.Record().state); });
  CHECK(experiment.Trials()[0].state == TrialState::kKilled);
  CHECK(experiment.world().Begun("uid-0") == 1);
}

}  // namespace qalam
