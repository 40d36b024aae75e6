// What resumePolicy allows once an experiment has ended, and that it then goes on as if it never
// had.

#include <catch2/catch.hpp>

#include "server/experiment_edits.h"
#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

// All of them as JSON would show them, by number.
std::vector<std::string> ParametersOf(SimulatedExperiment& experiment) {
  std::vector<std::string> values;
  for (const auto& trial : experiment.Trials()) values.push_back(trial.parameters[0].value);
  return values;
}

// A result that says something of the parameter, so that the algorithm has something to learn.
SimulatedRun LearnableRun(const TrialJob& job, int) {
  SimulatedRun run = GoodRun(absl::Seconds(1));
  const Json& command = job.manifest["spec"]["template"]["spec"]["containers"][0]["command"];
  run.reports.back().value = 1 + std::abs(std::stod(command[0].get<std::string>()) - 0.3);
  return run;
}

Status RaiseBudget(SimulatedExperiment& experiment, int64_t trials) {
  auto record = experiment.Record();
  v1::EditBudgetRequest request;
  request.set_max_trial_count(trials);
  const auto counts = *experiment.store().CountTrials(record.uid);
  RETURN_IF_ERROR(ApplyBudget(request, counts, record));
  RETURN_IF_ERROR(experiment.store().Commit({.update_experiments = {record}}));
  experiment.controller().Enqueue(record.uid);
  return absl::OkStatus();
}

}  // namespace

TEST_CASE("An experiment that goes on after its end proposes what it would have without one",
          "[resume]") {
  const std::string policy = GENERATE("LongRunning", "FromVolume");
  CAPTURE(policy);
  // With so many trials at random first, it has begun to learn when it ends.
  const std::string more = "resumePolicy: " + policy;
  SimulatedExperiment whole({.trials = 24, .more = more, .algorithm = "tpe"}, LearnableRun);
  whole.StartController();
  whole.RunToEnd();
  SimulatedExperiment resumed({.trials = 14, .more = more, .algorithm = "tpe"}, LearnableRun);
  resumed.StartController();
  resumed.RunToEnd();
  REQUIRE(resumed.Record().reason == "MaxTrialsReached");
  const bool restarted = GENERATE(false, true);
  if (restarted) {
    resumed.StopController();
    resumed.StartController();
  }
  REQUIRE(RaiseBudget(resumed, 24).ok());
  resumed.RunUntil([&] { return resumed.Count(TrialState::kSucceeded) == 24; });
  resumed.RunToEnd();
  CHECK(ParametersOf(resumed) == ParametersOf(whole));
}

TEST_CASE("With resumePolicy Never an end is one, but a user's stop is none", "[resume]") {
  SimulatedExperiment experiment({.trials = 2}, LearnableRun);
  experiment.StartController();
  experiment.RunToEnd();
  const std::string advice =
      "experiment simulated has ended and its resumePolicy is Never; submit another with "
      "resumePolicy: LongRunning or FromVolume, and with warmStart: {experiments: [simulated]} to "
      "begin with its results";
  CHECK(Message(RaiseBudget(experiment, 4)) == advice);
  auto record = experiment.Record();
  const auto counts = *experiment.store().CountTrials(record.uid);
  CHECK(Message(ApplyResume(counts, record)) == advice);
  record.state = ExperimentState::kStopped;
  CHECK(
      Message(ApplyResume({{TrialState::kSucceeded, 2}}, record)) ==
      "experiment simulated has used all 2 trials of its budget; raise it with edit --max-trials");
  CHECK(ApplyResume({{TrialState::kSucceeded, 1}}, record).ok());
  CHECK(record.state == ExperimentState::kRestarting);
}

TEST_CASE("Raising the budget starts only what ended by it", "[resume]") {
  SimulatedExperiment experiment({.trials = 3, .more = "resumePolicy: LongRunning"},
                                 [](const TrialJob&, int) {
                                   auto run = GoodRun(absl::Seconds(1));
                                   run.reports.back().value = -1;  // beyond the goal
                                   return run;
                                 });
  experiment.StartController();
  experiment.RunToEnd();
  REQUIRE(experiment.Record().reason == "GoalReached");
  REQUIRE(RaiseBudget(experiment, 9).ok());
  CHECK(experiment.Record().state == ExperimentState::kSucceeded);
  auto record = experiment.Record();
  CHECK(Message(ApplyResume(*experiment.store().CountTrials(record.uid), record))
            .find("has ended (GoalReached: ") != std::string::npos);
}

}  // namespace qalam
