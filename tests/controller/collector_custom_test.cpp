// A command of one's own that collects beside the trial.

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/support/collected_trial.h"

namespace qalam {
namespace {

// A trial whose metrics `collector`, a script for sh, prints.
void CollectBy(CollectedTrial& trial, const std::string& collector) {
  trial.job().collector.kind = CollectorKind::kCustom;
  trial.job().collector.custom_collector = {
      {"name", "mine"},
      {"command", {"sh", "-c"}},
      {"args", Json::array({collector})},
      {"env", Json::array({{{"name", "FACTOR"}, {"value", "2"}}})}};
}

}  // namespace

TEST_CASE("What a custom collector prints is the trial's", "[collector]") {
  CollectedTrial trial("echo loss=9; until [ -e seen ]; do sleep 0.01; done");
  CollectBy(trial,
            "echo \"step=1 loss=0.5\"; echo \"$PWD,$QALAM_TRIAL_NAME,$QALAM_METRICS_PATH,$FACTOR\" "
            "> facts; touch seen; exit 0");
  trial.job().collector.path = "numbers.txt";
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK(status.message == "the command exited with status 0");
  // Its own output is not looked at.
  const auto points = trial.Points();
  REQUIRE(points.size() == 1);
  CHECK(points[0].value == 0.5);
  CHECK(points[0].step == 1);
  const std::string folder = trial.handle();
  CHECK(*ReadFile(folder + "/facts") == folder + ",trial," + folder + "/numbers.txt,2\n");
}

TEST_CASE("A custom collector is told to end and may say its last", "[collector]") {
  CollectedTrial trial("until [ -e ready ]; do sleep 0.01; done");
  CollectBy(trial,
            "trap 'echo loss=2; printf loss=3; exit 0' TERM; echo loss=1; touch ready; "
            "while :; do sleep 0.05; done");
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK(status.message == "the command exited with status 0");
  CHECK(trial.Values() == std::vector<double>{1, 2, 3});
}

TEST_CASE("A custom collector that sees the trial's end by itself gets no TERM", "[collector]") {
  CollectedTrial trial("until [ -e ready ]; do sleep 0.01; done; touch ended");
  CollectBy(trial,
            "trap 'echo loss=666' TERM; touch ready; until [ -e ended ]; do sleep 0.01; done; "
            "echo loss=4");
  trial.Submit();
  CHECK(trial.WaitForEnd().state == JobState::kSucceeded);
  CHECK(trial.Values() == std::vector<double>{4});
}

TEST_CASE("A custom collector that fails does not fail the trial", "[collector]") {
  struct Case {
    const char* script;
    const char* message;
  };
  const auto one = GENERATE(values<Case>(
      {{"echo no >&2; touch done; exit 3",
        "the custom collector exited with status 3; see "
        "custom-collector.log"},
       {"touch done; kill -9 $$$$",
        "the custom collector was killed by signal 9 (Killed); see "
        "custom-collector.log"},
       {"trap '' TERM; touch done; while :; do sleep 0.05; done",
        "the custom collector did not end at TERM and was killed; see custom-collector.log"}}));
  CAPTURE(one.script);
  CollectedTrial trial("until [ -e done ]; do sleep 0.01; done");
  CollectBy(trial, one.script);
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK(status.message == std::string("the command exited with status 0; ") + one.message);
  CHECK(FileExists(trial.handle() + "/custom-collector.log"));
}

TEST_CASE("A custom collector that cannot start does not fail the trial", "[collector]") {
  CollectedTrial trial("true");
  CollectBy(trial, "");
  trial.job().collector.custom_collector["command"] = {"no-such-program"};
  trial.Submit();
  const auto status = trial.WaitForEnd();
  CHECK(status.state == JobState::kSucceeded);
  CHECK_THAT(status.message, Catch::Contains("the custom collector did not start: ") &&
                                 Catch::Contains("no-such-program"));
}

TEST_CASE("What a custom collector leaves behind ends with the trial", "[collector]") {
  CollectedTrial trial("until [ -s child ]; do sleep 0.01; done");
  CollectBy(trial, "setsid sleep 1000 & echo $! > child; exit 0");
  trial.Submit();
  CHECK(trial.WaitForEnd().state == JobState::kSucceeded);
  const int child = std::stoi(*ReadFile(trial.handle() + "/child"));
  trial.WaitUntil([child] { return !FileExists(fmt::format("/proc/{}", child)); });
}

TEST_CASE("A cancelled trial's custom collector ends too", "[collector]") {
  CollectedTrial trial("sleep 1000");
  CollectBy(trial, "trap 'echo loss=2; exit 0' TERM; echo loss=1; while :; do sleep 0.05; done");
  trial.Submit();
  trial.WaitUntil([&] { return trial.Values() == std::vector<double>{1}; });
  trial.Cancel();
  CHECK(trial.WaitForEnd().state == JobState::kKilled);
  CHECK(trial.Values() == std::vector<double>{1, 2});
}

}  // namespace qalam
