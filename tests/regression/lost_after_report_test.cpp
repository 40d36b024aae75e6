// A job that had reported and was then lost used to be submitted again: the trial got the points of
// both runs, less those of the second that lay before the place up to which the first was read.

#include <catch2/catch.hpp>

#include "tests/support/simulated_experiment.h"

namespace qalam {

TEST_CASE("A job that is lost after it reported fails its trial and is not run again",
          "[controller]") {
  SimulatedExperiment experiment({.trials = 3}, [](const TrialJob& job, int) {
    SimulatedRun run = GoodRun(absl::Seconds(2));
    if (TrialNumber(job) == 1) {
      // So late that its point is read before, however busy the machine is.
      run.duration = absl::Seconds(200);
      run.ending = LostByEngine();
    }
    return run;
  });
  experiment.StartController();
  experiment.RunUntil([&] {
    const auto trials = experiment.Trials();
    return trials.size() >= 2 && trials[1].metrics.size() == 1;
  });
  experiment.RunToEnd();
  const auto trials = experiment.Trials();
  REQUIRE(trials.size() == 3);
  CHECK(trials[1].state == TrialState::kFailed);
  CHECK(trials[1].reason == "Lost");
  CHECK(experiment.world().Begun(trials[1].uid) == 1);
  CHECK(experiment.Count(TrialState::kSucceeded) == 2);
}

}  // namespace qalam
