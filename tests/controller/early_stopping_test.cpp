// Trials that are stopped early: by the real controller over simulated trials.

#include <atomic>
#include <catch2/catch.hpp>

#include "controller/early_stopper.h"
#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

constexpr int kSteps = 20;

// Reports a loss of `level` at every second from 1 to kSteps, and succeeds then.
SimulatedRun LevelRun(double level) {
  SimulatedRun run;
  run.duration = absl::Seconds(kSteps);
  run.ending = ExitedWith(0);
  for (int step = 1; step <= kSteps; ++step) {
    run.reports.push_back({absl::Seconds(step), "loss", level, step});
  }
  return run;
}

// Each worse than all before it, and past the second one they go on until they are stopped.
SimulatedRun ByNumber(const TrialJob& job, int) {
  auto run = LevelRun(static_cast<double>(TrialNumber(job) + 1));
  if (TrialNumber(job) > 1) run.duration = absl::InfiniteDuration();
  return run;
}

const char kMedianStop[] =
    "earlyStopping: {algorithmName: medianstop, algorithmSettings: [{name: min_trials_required, "
    "value: '2'}, {name: start_step, value: '5'}]}";

int64_t PointsOf(SimulatedExperiment& experiment, const std::string& trial_uid) {
  return experiment.store().ReadMetrics({.trial_uid = trial_uid, .metric = "loss"})->total;
}

}  // namespace

TEST_CASE("A hopeless trial is stopped, keeps its observations and counts as completed",
          "[early-stopping]") {
  SimulatedExperiment experiment({.trials = 6, .parallel = 1, .more = kMedianStop}, ByNumber);
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Record().state == ExperimentState::kSucceeded);
  CHECK(experiment.Count(TrialState::kSucceeded) == 2);
  CHECK(experiment.Count(TrialState::kEarlyStopped) == 4);
  for (const auto& trial : experiment.Trials()) {
    CAPTURE(trial.number);
    REQUIRE(trial.objective_value);
    CHECK(*trial.objective_value == static_cast<double>(trial.number + 1));
    if (trial.state != TrialState::kEarlyStopped) continue;
    CHECK(trial.reason == "EarlyStopped");
    CHECK_THAT(trial.message, Catch::StartsWith("it was stopped early, because its best value up "
                                                "to step 5 is worse than the median of"));
    CHECK(PointsOf(experiment, trial.uid) >= 5);
  }
}

TEST_CASE("What was decided before the controller went is carried out by the next",
          "[early-stopping]") {
  SimulatedExperiment experiment({.trials = 4, .parallel = 1, .more = kMedianStop}, ByNumber);
  SimulatedFaults faults;
  faults.cancels_refused = 1'000'000;
  experiment.StartController();
  experiment.RunUntil([&] { return experiment.Count(TrialState::kSucceeded) == 2; });
  experiment.world().SetFaults(faults);
  const auto is_being_stopped = [&] {
    for (const auto& trial : experiment.Trials()) {
      if (IsBeingStopped(trial)) return true;
    }
    return false;
  };
  experiment.RunUntil(is_being_stopped);
  experiment.StopController();
  REQUIRE(is_being_stopped());
  experiment.world().SetFaults({});
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Count(TrialState::kEarlyStopped) == 2);
  CHECK(experiment.Count(TrialState::kKilled) == 0);
}

TEST_CASE("A controller that takes over knows the curves of before", "[early-stopping]") {
  SimulatedExperiment experiment({.trials = 3, .parallel = 1, .more = kMedianStop}, ByNumber);
  experiment.StartController();
  experiment.RunUntil([&] { return experiment.Count(TrialState::kSucceeded) == 2; });
  experiment.StopController();
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Count(TrialState::kEarlyStopped) == 1);
}

TEST_CASE("A trial that fails is no yardstick", "[early-stopping]") {
  // The first two report excellent values and fail; the rest would all be hopeless beside them.
  SimulatedExperiment experiment({.trials = 5, .parallel = 1, .more = kMedianStop},
                                 [](const TrialJob& job, int) {
                                   auto run = LevelRun(TrialNumber(job) < 2 ? 0.1 : 5);
                                   if (TrialNumber(job) < 2) run.ending = ExitedWith(1);
                                   return run;
                                 });
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Count(TrialState::kFailed) == 2);
  CHECK(experiment.Count(TrialState::kSucceeded) == 3);
}

TEST_CASE("Points that somebody else stores are judged too", "[early-stopping]") {
  // The trials themselves report nothing; their metrics are pushed.
  SimulatedExperiment experiment(
      {.trials = 1,
       .parallel = 1,
       .more = "earlyStopping: {algorithmName: threshold, algorithmSettings: [{name: upper, value: "
               "'9'}]}\n  metricsCollectorSpec: {collector: {kind: Push}}"},
      [](const TrialJob&, int) {
        SimulatedRun run;
        run.duration = absl::InfiniteDuration();
        return run;
      });
  experiment.StartController();
  experiment.RunUntil([&] { return experiment.Count(TrialState::kRunning) == 1; });
  const std::string uid = experiment.Trials()[0].uid;
  const TrialPoints points{uid,
                           {{.metric = "loss", .time = experiment.clock().Now(), .value = 10}}};
  WriteBatch batch;
  batch.append_points.push_back(points);
  REQUIRE(experiment.store().Commit(batch).ok());
  experiment.controller().Reported("uid", points);
  experiment.RunUntil([&] { return experiment.Count(TrialState::kEarlyStopped) == 1; });
  CHECK(experiment.Trials()[0].objective_value == 10.);
}

TEST_CASE("A trial that its engine has stopped by the rule is stopped early, not killed",
          "[early-stopping]") {
  std::vector<std::string> rules;
  absl::Mutex mutex;
  SimulatedExperiment experiment(
      {.trials = 1,
       .parallel = 1,
       .more = "earlyStopping: {algorithmName: threshold, algorithmSettings: [{name: upper, value: "
               "'9'}]}"},
      [&](const TrialJob& job, int) {
        absl::MutexLock lock(&mutex);
        rules.push_back(job.stopping ? job.stopping->metric : "none");
        auto run = LevelRun(3);
        run.ending = {JobState::kKilled, kEarlyStoppedReason, "it was stopped early, because"};
        return run;
      });
  experiment.StartController();
  experiment.RunToEnd();
  const auto trial = experiment.Trials().at(0);
  CHECK(trial.state == TrialState::kEarlyStopped);
  CHECK(trial.reason == "EarlyStopped");
  CHECK(trial.message == "it was stopped early, because");
  CHECK(trial.objective_value == 3.);
  CHECK(experiment.Record().state == ExperimentState::kSucceeded);
  CHECK(rules.at(0) == "loss");
}

TEST_CASE("A rule that compares trials stays with the controller", "[early-stopping]") {
  std::atomic<bool> was_given = false;
  SimulatedExperiment experiment({.trials = 1, .parallel = 1, .more = kMedianStop},
                                 [&](const TrialJob& job, int) {
                                   was_given = job.stopping.has_value();
                                   return LevelRun(1);
                                 });
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Count(TrialState::kSucceeded) == 1);
  CHECK_FALSE(was_given);
}

}  // namespace qalam
