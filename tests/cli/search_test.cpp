// Constraints, points to try, warm starts and several objectives, with the real program.

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/qalam_shell.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

using PlainJson = nlohmann::json;

class SearchShell {
 public:
  // The exit status; both streams are in Output.
  int Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    const std::string path = directory_.File(fmt::format("output{}", ++count_));
    const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    ChildProcess child(std::move(arguments), {{"XDG_DATA_HOME", directory_.path()}}, file.get());
    const int status = child.Wait();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  std::string Output() const { return *ReadFile(directory_.File(fmt::format("output{}", count_))); }
  PlainJson Read(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-o", "json"});
    Run(std::move(arguments));
    INFO(Output());
    return PlainJson::parse(Output());
  }
  // Two whole numbers from 0 to 9; `objective` is the objective's map, `extra` further lines.
  std::string Write(const std::string& name, const std::string& objective, const std::string& extra,
                    const std::string& script) {
    const std::string path = directory_.File(name + ".yaml");
    const std::string text = fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {}
{}
  maxFailedTrialCount: 0
  parallelTrialCount: 3
  seed: 1
  parameters:
    - {{name: x-size, parameterType: int, feasibleSpace: {{min: "0", max: "9"}}}}
    - {{name: y, parameterType: int, feasibleSpace: {{min: "0", max: "9"}}}}
  trialTemplate:
    trialParameters: [{{name: x, reference: x-size}}, {{name: y, reference: y}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}', '${{trialParameters.y}}']}}]}}}}}}
)",
                                         name, objective, extra, script);
    REQUIRE(WriteFileAtomically(path, text, false).ok());
    return path;
  }

 private:
  TemporaryDirectory directory_;
  int count_ = 0;
};

int Value(const PlainJson& trial, int parameter) {
  return std::stoi(trial["parameters"][parameter]["value"].get<std::string>());
}

const char kMinimize[] = "{type: minimize, objectiveMetricName: loss}";

}  // namespace

TEST_CASE("A run keeps its constraints and begins with its initial trials", "[cli]") {
  SearchShell shell;
  const auto path = shell.Write("constrained", kMinimize, R"(
  constraints: [x-size + y <= 5, y >= 1]
  initialTrials:
    - {x-size: 4, y: 1}
    - {x-size: 0, y: 5}
  algorithm: {algorithmName: tpe}
  maxTrialCount: 12)",
                                "echo loss=$0");
  const int status = shell.Run({"run", path});
  INFO(shell.Output());
  REQUIRE(status == 0);
  const PlainJson trials = shell.Read({"trials", "constrained"})["trials"];
  REQUIRE(trials.size() == 12);
  CHECK(Value(trials[0], 0) == 4);
  CHECK(Value(trials[1], 1) == 5);
  for (const auto& trial : trials) {
    CHECK(Value(trial, 0) + Value(trial, 1) <= 5);
    CHECK(Value(trial, 1) >= 1);
  }
  // A grid ends once all feasible points were tried: 5 + 4 + 3 + 2 + 1.
  const auto grid = shell.Write("grid", kMinimize, R"(
  constraints: [x-size + y <= 5, y >= 1]
  algorithm: {algorithmName: grid})",
                                "echo loss=$0");
  CHECK(shell.Run({"run", grid}) == 0);
  CHECK(Has(shell.Output(), "SearchSpaceExhausted"));
  CHECK(shell.Read({"trials", "grid"})["trials"].size() == 15);
}

TEST_CASE("A warm start takes over the trials of an earlier experiment", "[cli]") {
  SearchShell shell;
  const char script[] = "echo loss=$0; echo other=$1";
  REQUIRE(shell.Run({"run", shell.Write("earlier", kMinimize, R"(
  algorithm: {algorithmName: grid}
  constraints: [y >= 3])",
                                        script)}) == 0);
  // Everything but y < 3 is known, so that the grid tries only that.
  const auto later = shell.Write("later", kMinimize, R"(
  algorithm: {algorithmName: grid}
  warmStart: {experiments: [earlier]})",
                                 script);
  const int status = shell.Run({"run", later});
  INFO(shell.Output());
  REQUIRE(status == 0);
  const PlainJson trials = shell.Read({"trials", "later"})["trials"];
  CHECK(trials.size() == 30);
  for (const auto& trial : trials) CHECK(Value(trial, 1) < 3);
  // The document holds them itself now.
  CHECK(shell.Run({"delete", "earlier"}) == 0);
  CHECK(shell.Run({"get", "later", "-o", "yaml"}) == 0);
  CHECK(Has(shell.Output(), "warmStart"));
  CHECK_FALSE(Has(shell.Output(), "earlier"));

  const auto refused = [&](const std::string& name, const std::string& objective,
                           const std::string& source) {
    const auto path = shell.Write(
        name, objective,
        fmt::format("  warmStart: {{experiments: [{}]}}\n  maxTrialCount: 3", source), script);
    CHECK(shell.Run({"run", path}) == 1);
    return shell.Output();
  };
  CHECK(Has(refused("a", kMinimize, "earlier"),
            "spec.warmStart.experiments[0]: there is no "
            "experiment earlier in the namespace default"));
  CHECK(Has(refused("b", "{type: minimize, objectiveMetricName: accuracy}", "later"),
            "no trial of the experiment later can be taken over: trial later-"));
}

TEST_CASE("Two objectives and an outcome constraint end in the feasible Pareto front", "[cli]") {
  SearchShell shell;
  // x + y is at most 9 where size holds; the front of (max x, max y) is then x + y = 9.
  const auto path = shell.Write("two", R"({type: maximize, objectiveMetricName: x,
              additionalObjectives: [{metricName: y, type: maximize}],
              additionalMetricNames: [size]})",
                                R"(
  constraints: [size < 10]
  algorithm: {algorithmName: grid})",
                                "echo x=$0; echo y=$1; echo size=`expr $0 + $1`");
  const int status = shell.Run({"run", path});
  INFO(shell.Output());
  REQUIRE(status == 0);
  CHECK(Has(shell.Output(), "best trials"));
  const PlainJson trials = shell.Read({"trials", "two"})["trials"];
  REQUIRE(trials.size() == 100);
  for (const auto& trial : trials) {
    const int x = Value(trial, 0), y = Value(trial, 1);
    CHECK(trial["objectiveValue"] == x);
    CHECK(trial["additionalObjectiveValues"] == PlainJson::array({1.0 * y}));
    CHECK(trial["feasible"] == (x + y < 10));
  }
  const PlainJson best = shell.Read({"best", "two"})["trials"];
  CHECK(best.size() == 10);
  for (const auto& trial : best) CHECK(Value(trial, 0) + Value(trial, 1) == 9);
  CHECK(shell.Read({"get", "two"})["bestTrials"].size() == 10);
  CHECK(shell.Run({"best", "two"}) == 0);
  const std::string table = shell.Output();
  CHECK(std::count(table.begin(), table.end(), '\n') == 11);
}

TEST_CASE("The goal of several objectives is met by one trial or not at all", "[cli]") {
  SearchShell shell;
  const auto path = shell.Write("goal", R"({type: maximize, objectiveMetricName: x, goal: 2,
              additionalObjectives: [{metricName: y, type: minimize, goal: 0}]})",
                                "  algorithm: {algorithmName: grid}", "echo x=$0; echo y=$1");
  const int status = shell.Run({"run", path});
  INFO(shell.Output());
  REQUIRE(status == 0);
  CHECK(Has(shell.Output(), "GoalReached"));
  // The grid goes through y first: x = 2 comes with its 21st trial, and few more were under way.
  const auto count = shell.Read({"trials", "goal"})["trials"].size();
  CHECK(count >= 21);
  CHECK(count < 30);
}

TEST_CASE("A trial without one of two objectives gave no metric", "[cli]") {
  SearchShell shell;
  const auto path = shell.Write("half", R"({type: maximize, objectiveMetricName: x,
              additionalObjectives: [{metricName: y, type: maximize}]})",
                                "  algorithm: {algorithmName: random}\n  maxTrialCount: 3",
                                "echo x=$0; echo z=$1");
  CHECK(shell.Run({"run", path}) == 1);
  INFO(shell.Output());
  CHECK(Has(shell.Output(), "MetricsUnavailable: the trial ended without reporting y"));
}

}  // namespace qalam
