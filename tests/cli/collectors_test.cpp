// The examples of the metrics collectors, run as a user runs them.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/qalam_shell.h"

namespace qalam {
namespace {

// The example with its folder by the full name, since tests start anywhere.
std::string WriteExample(const Shell& shell, const std::string& name) {
  std::string text = *ReadFile(QALAM_SOURCE "/examples/collectors/" + name + ".yaml");
  const std::string relative = "workingDir: ";
  for (size_t at = text.find(relative); at != std::string::npos; at = text.find(relative, at)) {
    at += relative.size();
    text.insert(at, QALAM_SOURCE "/");
  }
  const std::string path = shell.File(name + ".yaml");
  REQUIRE(WriteFileAtomically(path, text, false).ok());
  return path;
}

}  // namespace

TEST_CASE("Every collector's example runs and finds its metrics", "[collector]") {
  struct Case {
    const char* name;
    size_t trials;
    const char* metric;
    int fewest_points;  // of a trial
  };
  const auto one = GENERATE(values<Case>({{"file", 8, "loss", 20},
                                          {"events", 8, "train/loss", 20},
                                          {"custom", 4, "loss", 20},
                                          {"prometheus", 4, "loss", 2},
                                          {"push", 4, "loss", 3}}));
  CAPTURE(one.name);
  Shell shell;
  const std::string path = WriteExample(shell, one.name);
  const auto run = shell.Run({"run", path});
  INFO(run.text);
  REQUIRE(run.status == 0);
  const auto listed = shell.Run({"trials", std::string("collect-") + one.name, "-o", "json"});
  INFO(listed.text);
  const auto trials = nlohmann::json::parse(listed.text)["trials"];
  REQUIRE(trials.size() == one.trials);
  for (const auto& trial : trials) {
    CHECK(trial["state"] == "TRIAL_SUCCEEDED");
    const auto& metric = trial["metrics"][0];
    CHECK(metric["name"] == one.metric);
    CHECK(std::stoi(metric["count"].get<std::string>()) >= one.fewest_points);
  }
}

TEST_CASE("A hopeless trial is stopped although its controller was killed", "[collector]") {
  Shell shell;
  const std::string begun = shell.File("begun"), go = shell.File("go");
  const std::string path = shell.Write(
      "hopeless",
      "echo $QALAM_TRIAL_DIR >> " + begun + "; until [ -e " + go +
          " ]; do sleep 0.02; done; echo loss=9; sleep 1000",
      2,
      "  earlyStopping: {algorithmName: threshold, algorithmSettings: [{name: upper, value: "
      "\"5\"}]}\n");
  const auto wait_until = [](const auto& condition) {
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(5));
    }
  };
  const auto first = shell.Start({"run", path});
  std::vector<std::string> folders;
  wait_until([&] {
    folders.clear();
    std::istringstream lines(ReadFile(begun).value_or(""));
    for (std::string line; std::getline(lines, line);) folders.push_back(line);
    return folders.size() == 2;
  });
  first->Kill(SIGKILL);
  REQUIRE(WriteFileAtomically(go, "", false).ok());
  for (const auto& folder : folders) {
    wait_until([&] { return FileExists(folder + "/result.json"); });
  }
  const auto run = shell.Run({"run", path});
  INFO(run.text);
  CHECK(run.status == 0);
  const auto listed = shell.Run({"trials", "hopeless", "-o", "json"});
  INFO(listed.text);
  const auto trials = nlohmann::json::parse(listed.text)["trials"];
  REQUIRE(trials.size() == 2);
  for (const auto& trial : trials) {
    CHECK(trial["state"] == "TRIAL_EARLY_STOPPED");
    CHECK(trial["message"] == "it was stopped early, because its value at step 1 is 9, above 5");
    CHECK(trial["objectiveValue"] == 9);
  }
}

TEST_CASE("report is for trials, and says so", "[collector]") {
  Shell shell;
  const auto alone = shell.Run({"report", "loss=1"});
  CHECK(alone.status == 1);
  CHECK(Has(alone.text, "this process is no trial"));
}

TEST_CASE("A program reports by the command line, text too", "[collector]") {
  Shell shell;
  const std::string path = shell.Write(
      "reported",
      "qalam report --step 2 loss=0.5 note=fine && qalam report loss=0.25 && ! qalam report loss",
      2, "  metricsCollectorSpec: {collector: {kind: Push}}\n");
  const auto run = shell.Run({"run", path});
  INFO(run.text);
  CHECK(run.status == 0);
  const auto listed = shell.Run({"trials", "reported", "-o", "json"});
  INFO(listed.text);
  const auto trials = nlohmann::json::parse(listed.text)["trials"];
  REQUIRE(trials.size() == 2);
  for (const auto& trial : trials) CHECK(trial["objectiveValue"] == 0.25);
}

}  // namespace qalam
