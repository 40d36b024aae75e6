#include "controller/plan.h"

#include <catch2/catch.hpp>

namespace qalam {

namespace {

ExperimentSnapshot Running(TrialCounts counts) {
  return {.state = ExperimentState::kRunning,
          .parallel_trial_count = 4,
          .max_trial_count = 10,
          .max_failed_trial_count = 2,
          .counts = std::move(counts)};
}

constexpr auto kRun = TrialState::kRunning;
constexpr auto kGood = TrialState::kSucceeded;
constexpr auto kBad = TrialState::kFailed;

}  // namespace

TEST_CASE("Free slots are filled, never beyond the budget", "[plan]") {
  CHECK(MakePlan(Running({})).suggestions == 4);
  CHECK(MakePlan(Running({{kRun, 3}})).suggestions == 1);
  CHECK(MakePlan(Running({{kRun, 2}, {kGood, 7}})).suggestions == 1);
  CHECK(MakePlan(Running({{kRun, 4}})).suggestions == 0);
  // A lowered parallelTrialCount stops nothing that runs.
  auto lowered = Running({{kRun, 4}});
  lowered.parallel_trial_count = 2;
  CHECK(MakePlan(lowered).suggestions == 0);
  CHECK_FALSE(MakePlan(lowered).cancel_active);
  auto asked = Running({});
  asked.suggestions_in_flight = true;
  CHECK(MakePlan(asked).suggestions == 0);
  auto paused = Running({});
  paused.paused = true;
  CHECK(MakePlan(paused).suggestions == 0);
}

TEST_CASE("The end waits for what runs and names its reason", "[plan]") {
  CHECK_FALSE(MakePlan(Running({{kRun, 1}, {kGood, 9}})).ending);
  const auto done = MakePlan(Running({{kBad, 1}, {kGood, 9}})).ending;
  REQUIRE(done);
  CHECK(done->state == ExperimentState::kSucceeded);
  CHECK(done->reason == "MaxTrialsReached");

  auto goal = Running({{kRun, 2}, {kGood, 1}});
  goal.goal_reached = true;
  CHECK(MakePlan(goal).cancel_active);
  CHECK_FALSE(MakePlan(goal).ending);
  goal.counts = {{kGood, 1}, {TrialState::kKilled, 2}};
  CHECK(MakePlan(goal).ending->reason == "GoalReached");

  auto space = Running({{kGood, 3}});
  space.suggestions_exhausted = true;
  CHECK(MakePlan(space).ending->reason == "SearchSpaceExhausted");

  auto stopped = Running({{kGood, 3}});
  stopped.stop_requested = true;
  CHECK(MakePlan(stopped).ending->state == ExperimentState::kStopped);
}

TEST_CASE("Failures end the experiment once there are more than are allowed", "[plan]") {
  CHECK_FALSE(MakePlan(Running({{kBad, 2}, {kGood, 1}})).ending);
  const auto failed =
      MakePlan(Running({{kBad, 2}, {TrialState::kMetricsUnavailable, 1}, {kGood, 1}})).ending;
  REQUIRE(failed);
  CHECK(failed->reason == "MaxFailedTrialsReached");
  auto unlimited = Running({{kBad, 10}});
  unlimited.max_failed_trial_count.reset();
  CHECK(MakePlan(unlimited).ending->reason == "NoTrialSucceeded");
  CHECK(MakePlan(unlimited).ending->state == ExperimentState::kFailed);
}

TEST_CASE("Deleting comes before everything else", "[plan]") {
  auto deleted = Running({{kRun, 1}});
  deleted.delete_requested = deleted.stop_requested = true;
  CHECK(MakePlan(deleted).cancel_active);
  CHECK_FALSE(MakePlan(deleted).remove);
  deleted.counts = {{TrialState::kKilled, 1}};
  deleted.state = ExperimentState::kSucceeded;
  CHECK(MakePlan(deleted).remove);
}

}  // namespace qalam
