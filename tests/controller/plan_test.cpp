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
constexpr auto kEndedWell = TrialState::kSucceeded;
constexpr auto kBad = TrialState::kFailed;

}  // namespace

TEST_CASE("Free slots are filled, never beyond the budget", "[plan]") {
  CHECK(MakePlan(Running({})).suggestions == 4);
  CHECK(MakePlan(Running({{kRun, 3}})).suggestions == 1);
  CHECK(MakePlan(Running({{kRun, 2}, {kEndedWell, 7}})).suggestions == 1);
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
  CHECK_FALSE(MakePlan(Running({{kRun, 1}, {kEndedWell, 9}})).ending);
  const auto done = MakePlan(Running({{kBad, 1}, {kEndedWell, 9}})).ending;
  REQUIRE(done);
  CHECK(done->state == ExperimentState::kSucceeded);
  CHECK(done->reason == "MaxTrialsReached");

  auto goal = Running({{kRun, 2}, {kEndedWell, 1}});
  goal.goal_reached = true;
  CHECK(MakePlan(goal).cancel_active);
  CHECK_FALSE(MakePlan(goal).ending);
  goal.counts = {{kEndedWell, 1}, {TrialState::kKilled, 2}};
  CHECK(MakePlan(goal).ending->reason == "GoalReached");

  auto space = Running({{kEndedWell, 3}});
  space.suggestions_exhausted = true;
  CHECK(MakePlan(space).ending->reason == "SearchSpaceExhausted");

  auto stopped = Running({{kEndedWell, 3}});
  stopped.stop_requested = true;
  CHECK(MakePlan(stopped).ending->state == ExperimentState::kStopped);
}

TEST_CASE("The end of maxDuration stops what runs and ends the experiment", "[plan]") {
  struct Case {
    const char* name;
    TrialCounts counts;
    bool paused, suggesting, stop;
    bool cancels;
    const char* reason;  // of its end, if it ends now
    ExperimentState state;
  };
  constexpr auto kGood = ExperimentState::kSucceeded, kNone = ExperimentState::kFailed;
  const std::vector<Case> cases = {
      {"it runs", {{kRun, 2}, {kEndedWell, 1}}, false, false, false, true, nullptr, kGood},
      {"it waits", {{TrialState::kPending, 1}}, false, false, false, true, nullptr, kGood},
      {"paused", {{kRun, 1}}, true, false, false, true, nullptr, kGood},
      {"proposals come", {{kEndedWell, 1}}, false, true, false, false, nullptr, kGood},
      {"one succeeded",
       {{TrialState::kKilled, 2}, {kEndedWell, 1}},
       false,
       false,
       false,
       false,
       "MaxDurationReached",
       kGood},
      {"one was hopeless",
       {{TrialState::kEarlyStopped, 1}},
       false,
       false,
       false,
       false,
       "MaxDurationReached",
       kGood},
      {"paused, none runs",
       {{kEndedWell, 1}},
       true,
       false,
       false,
       false,
       "MaxDurationReached",
       kGood},
      {"none succeeded",
       {{TrialState::kKilled, 2}},
       false,
       false,
       false,
       false,
       "MaxDurationReached",
       kNone},
      {"no trial", {}, false, false, false, false, "MaxDurationReached", kNone},
      {"all had ended",
       {{kEndedWell, 10}},
       false,
       false,
       false,
       false,
       "MaxDurationReached",
       kGood},
      {"too many failed", {{kBad, 3}}, false, false, false, false, "MaxFailedTrialsReached", kNone},
      {"the user was first",
       {{kEndedWell, 1}},
       false,
       false,
       true,
       false,
       "UserStopped",
       ExperimentState::kStopped},
  };
  for (const auto& one : cases) {
    CAPTURE(one.name);
    auto late = Running(one.counts);
    late.out_of_time = true;
    late.paused = one.paused;
    late.suggestions_in_flight = one.suggesting;
    late.stop_requested = one.stop;
    const Plan plan = MakePlan(late);
    CHECK(plan.cancel_active == one.cancels);
    CHECK(plan.suggestions == 0);
    CHECK(plan.release == 0);
    REQUIRE(plan.ending.has_value() == (one.reason != nullptr));
    if (!plan.ending) continue;
    CHECK(plan.ending->reason == one.reason);
    CHECK(plan.ending->state == one.state);
  }
  // What has ended stays as it ended.
  auto ended = Running({{kEndedWell, 1}});
  ended.state = ExperimentState::kSucceeded;
  ended.out_of_time = true;
  CHECK_FALSE(MakePlan(ended).ending);
}

TEST_CASE("Failures end the experiment once there are more than are allowed", "[plan]") {
  CHECK_FALSE(MakePlan(Running({{kBad, 2}, {kEndedWell, 1}})).ending);
  const auto failed =
      MakePlan(Running({{kBad, 2}, {TrialState::kMetricsUnavailable, 1}, {kEndedWell, 1}})).ending;
  REQUIRE(failed);
  CHECK(failed->reason == "MaxFailedTrialsReached");
  auto unlimited = Running({{kBad, 10}});
  unlimited.max_failed_trial_count.reset();
  CHECK(MakePlan(unlimited).ending->reason == "NoTrialSucceeded");
  CHECK(MakePlan(unlimited).ending->state == ExperimentState::kFailed);
}

TEST_CASE("A waiting trial takes the place of a proposal, within parallelTrialCount", "[plan]") {
  auto added = Running({{TrialState::kPending, 2}, {kRun, 3}});
  added.waiting = 2;
  CHECK(MakePlan(added).release == 1);
  CHECK(MakePlan(added).suggestions == 0);
  added.counts = {{TrialState::kPending, 2}, {kRun, 1}};
  CHECK(MakePlan(added).release == 2);
  CHECK(MakePlan(added).suggestions == 1);
  // The last of the budget may be waiting.
  added.counts = {{TrialState::kPending, 2}, {kEndedWell, 8}};
  CHECK(MakePlan(added).release == 2);
  CHECK(MakePlan(added).suggestions == 0);
  CHECK_FALSE(MakePlan(added).ending);
  added.paused = true;
  CHECK(MakePlan(added).release == 0);
}

TEST_CASE("Where clients run the trials, nothing goes that nobody asks for", "[plan]") {
  auto asked = Running({{TrialState::kPending, 2}, {kRun, 1}});
  asked.client_run = true;
  asked.waiting = 2;
  struct Case {
    int64_t asked, parallel, release, suggestions;
  };
  for (const auto& one :
       {Case{0, 4, 0, 0}, Case{1, 4, 1, 0}, Case{2, 4, 2, 0}, Case{3, 4, 2, 1}, Case{9, 4, 2, 1},
        Case{9, 1, 0, 0}, Case{3, 0, 2, 1}, Case{99, 0, 2, 7}}) {
    CAPTURE(one.asked, one.parallel);
    asked.asked = one.asked;
    asked.parallel_trial_count = one.parallel;
    CHECK(MakePlan(asked).release == one.release);
    CHECK(MakePlan(asked).suggestions == one.suggestions);
  }
  asked.asked = 5;
  asked.suggestions_in_flight = true;
  CHECK(MakePlan(asked).release == 2);
  CHECK(MakePlan(asked).suggestions == 0);
  asked.paused = true;
  CHECK(MakePlan(asked).release == 0);
}

TEST_CASE("Who asks in vain is told why", "[plan]") {
  auto snapshot = Running({{kRun, 4}});
  snapshot.client_run = true;
  snapshot.asked = 1;
  CHECK(WhyNothing(snapshot).reason == "ParallelTrialCountReached");
  snapshot.parallel_trial_count = 0;
  CHECK(WhyNothing(snapshot).reason == "NoProposalYet");
  snapshot.counts = {{kRun, 1}, {kEndedWell, 9}};
  CHECK(WhyNothing(snapshot).reason == "AllTrialsRunning");
  snapshot.paused = true;
  CHECK(WhyNothing(snapshot).reason == "Paused");
}

TEST_CASE("A trial may be added by hand as long as there is room for it", "[plan]") {
  auto snapshot = Running({{kRun, 4}, {kEndedWell, 5}});
  CHECK(CheckRoomForAnother(snapshot).ok());
  snapshot.paused = true;
  CHECK(CheckRoomForAnother(snapshot).ok());
  snapshot.counts[kEndedWell] = 6;
  CHECK(Message(CheckRoomForAnother(snapshot)) ==
        "all 10 trials of the experiment's maxTrialCount are used up; raise it");
  snapshot.max_trial_count.reset();
  CHECK(CheckRoomForAnother(snapshot).ok());
  auto ending = snapshot;
  ending.goal_reached = true;
  CHECK(CheckRoomForAnother(ending).code() == StatusCode::kFailedPrecondition);
  ending = snapshot;
  ending.delete_requested = true;
  CHECK(CheckRoomForAnother(ending).code() == StatusCode::kFailedPrecondition);
  ending = snapshot;
  ending.state = ExperimentState::kSucceeded;
  CHECK(CheckRoomForAnother(ending).code() == StatusCode::kFailedPrecondition);
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
