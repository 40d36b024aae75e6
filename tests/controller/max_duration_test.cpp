// spec.maxDuration over simulated trials: what ends when is in plan_test.cpp.

#include <catch2/catch.hpp>

#include "tests/support/simulated_experiment.h"

namespace qalam {

TEST_CASE("An experiment ends when its maxDuration has passed, pauses and restarts included",
          "[controller]") {
  SimulatedExperiment experiment(
      {.trials = 50, .parallel = 2, .more = "maxDuration: 60s"}, [](const TrialJob& job, int) {
        return TrialNumber(job) == 0 ? GoodRun(absl::Seconds(10)) : EndlessRun();
      });
  experiment.StartController();
  experiment.RunUntil([&] {
    return experiment.Count(TrialState::kSucceeded) == 1 &&
           experiment.Count(TrialState::kRunning) == 2;
  });
  experiment.StopController();
  experiment.clock().Advance(absl::Seconds(20));
  auto record = experiment.Record();
  record.paused = true;
  REQUIRE(experiment.store().Commit({.update_experiments = {record}}).ok());
  experiment.StartController();
  experiment.RunToEnd();
  record = experiment.Record();
  CHECK(record.state == ExperimentState::kSucceeded);
  CHECK(record.reason == "MaxDurationReached");
  // Some virtual time passes while the trials are stopped; counted from the second controller on,
  // it would be 90 s and more.
  CHECK(record.completed - record.started >= absl::Seconds(60));
  CHECK(record.completed - record.started < absl::Seconds(85));
  CHECK(experiment.Count(TrialState::kKilled) == 2);
  CHECK(experiment.world().counts().alive == 0);
}

TEST_CASE("Without a trial that succeeded the end of maxDuration is a failure", "[controller]") {
  SimulatedExperiment experiment({.trials = 3, .more = "maxDuration: 1m"},
                                 [](const TrialJob&, int) { return EndlessRun(); });
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Record().state == ExperimentState::kFailed);
  CHECK(experiment.Record().reason == "MaxDurationReached");
}

}  // namespace qalam
