// Early stopping rules that the collector judges by.

#include <catch2/catch.hpp>

#include "base/files.h"
#include "controller/collector/stop_judge.h"
#include "tests/support/collected_trial.h"

namespace qalam {
namespace {

OwnStoppingRule Rule(const std::string& name, const std::vector<Setting>& settings,
                     bool maximize = false) {
  return {{name, settings}, "loss", maximize};
}

}  // namespace

TEST_CASE("Every rule of one trial is judged by the collector, and no other", "[collector]") {
  for (const auto& entry : StoppingRegistry()) {
    CAPTURE(entry.name);
    std::map<std::string, std::string> settings;
    if (entry.name == "threshold") settings["upper"] = "1";
    const auto judge = collector::StopJudge::Create({entry.name, settings, "loss", false});
    CHECK(judge.ok() == entry.of_one_trial);
  }
  CHECK_FALSE(collector::StopJudge::Create({"threshold", {{"uper", "1"}}, "loss", false}).ok());
}

TEST_CASE("The collector stops a hopeless trial by itself", "[collector]") {
  CollectedTrial trial("echo loss=1; echo loss=9; sleep 1000");
  trial.job().stopping = Rule("threshold", {{"upper", "5"}});
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kKilled);
  CHECK(status.reason == kEarlyStoppedReason);
  CHECK(status.message == "it was stopped early, because its value at step 2 is 9, above 5");
  CHECK(trial.Values() == std::vector<double>{1, 9});
}

TEST_CASE("A hopeless trial is stopped while no controller is there", "[collector]") {
  CollectedTrial trial(
      "touch begun; until [ -e go ]; do sleep 0.01; done; echo loss=9; sleep 1000");
  trial.job().stopping = Rule("threshold", {{"upper", "5"}});
  trial.Submit();
  trial.WaitUntil([&] { return FileExists(trial.handle() + "/begun"); });
  trial.WithoutOperator([&] {
    REQUIRE(WriteFileAtomically(trial.handle() + "/go", "", false).ok());
    trial.WaitUntil([&] { return FileExists(trial.handle() + "/result.json"); });
  });
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kKilled);
  CHECK(status.reason == kEarlyStoppedReason);
  CHECK(trial.Values() == std::vector<double>{9});
}

TEST_CASE("The collector holds to the metric and its direction", "[collector]") {
  CollectedTrial trial(
      "trap 'echo loss=8; exit 0' TERM; for i in 1 2 3 4 5 6; do echo step=$i accuracy=0 loss=$i; "
      "done; echo loss=6 loss=5 loss=6; while :; do sleep 0.05; done");
  trial.job().metric_names = {"loss", "accuracy"};
  trial.job().stopping = Rule("patience", {{"patience", "3"}, {"metric", "loss"}}, true);
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kKilled);
  CHECK(status.message == "it was stopped early, because its value has not improved for 3 points");
  // What it still says is kept.
  CHECK(trial.Points().back().value == 8);
}

TEST_CASE("A trial that ignores TERM is stopped early all the same", "[collector]") {
  CollectedTrial trial("trap '' TERM; echo loss=nan; while :; do sleep 0.05; done");
  trial.job().stopping = Rule("threshold", {{"upper", "5"}});
  trial.Submit();
  CHECK(trial.WaitForEnd().reason == kEarlyStoppedReason);
}

TEST_CASE("A trial that ends by itself is not stopped early", "[collector]") {
  // Its points are read when it has ended.
  CollectedTrial trial("echo loss=9 > \"$QALAM_METRICS_PATH\"");
  trial.job().collector.kind = CollectorKind::kFile;
  trial.job().collector.path = "metrics.log";
  trial.job().stopping = Rule("threshold", {{"upper", "10"}});
  trial.Submit();
  CHECK(trial.WaitForEnd().state == JobState::kSucceeded);
  CHECK(trial.Values() == std::vector<double>{9});
}

TEST_CASE("Points of a file are judged as they come", "[collector]") {
  CollectedTrial trial("echo loss=9 > \"$QALAM_METRICS_PATH\"; sleep 1000");
  trial.job().collector.kind = CollectorKind::kFile;
  trial.job().collector.path = "metrics.log";
  trial.job().stopping = Rule("threshold", {{"upper", "5"}});
  trial.Submit();
  CHECK(trial.WaitForEnd().reason == kEarlyStoppedReason);
}

TEST_CASE("A rule that the collector does not know fails the trial with its name", "[collector]") {
  CollectedTrial trial("true");
  trial.job().stopping = Rule("medianstop", {});
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kFailed);
  CHECK_THAT(status.message, Catch::Contains("medianstop"));
}

}  // namespace qalam
