// The real program on real experiments.

#include <absl/time/clock.h>
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

struct Outcome {
  int status;
  std::string text;  // both streams
};

class Shell {
 public:
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    const std::string path = directory_.File(fmt::format("output{}", ++count_));
    const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    return std::make_unique<ChildProcess>(
        std::move(arguments),
        std::map<std::string, std::string>{{"XDG_DATA_HOME", directory_.path()}}, file.get());
  }
  Outcome Run(std::vector<std::string> arguments) {
    const int status = Start(std::move(arguments))->Wait();
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Output()};
  }
  std::string Output() const { return *ReadFile(directory_.File(fmt::format("output{}", count_))); }
  std::string Write(const std::string& name, const std::string& script, int trials) {
    const std::string path = directory_.File(name + ".yaml");
    REQUIRE(WriteFileAtomically(path,
                                fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: 2
  maxFailedTrialCount: 0
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                                            name, trials, script),
                                false)
                .ok());
    return path;
  }

 private:
  TemporaryDirectory directory_;
  int count_ = 0;
};

bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("An experiment is run, looked at and deleted", "[cli]") {
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("good", "echo loss=$0", 6)});
  INFO(run.text);
  CHECK(run.status == 0);
  CHECK(Has(run.text, "MaxTrialsReached"));
  CHECK(Has(shell.Run({"list"}).text, "6/6"));
  const auto trials = nlohmann::json::parse(shell.Run({"trials", "good", "-o", "json"}).text);
  REQUIRE(trials["trials"].size() == 6);
  const auto best = nlohmann::json::parse(shell.Run({"best", "good", "-o", "json"}).text);
  for (const auto& trial : trials["trials"]) {
    CHECK(best["objectiveValue"].get<double>() <= trial["objectiveValue"].get<double>());
  }
  const auto logs = shell.Run({"logs", best["name"].get<std::string>()});
  CHECK(logs.text == "loss=" + best["parameters"][0]["value"].get<std::string>() + "\n");
  CHECK(Has(shell.Run({"get", "good", "-o", "yaml"}).text, "objectiveMetricName: loss"));
  CHECK(shell.Run({"delete", "good"}).status == 0);
  CHECK(shell.Run({"get", "good"}).status == 1);
}

TEST_CASE("A failing experiment exits with 1 and says why", "[cli]") {
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("bad", "exit 3", 4)});
  CHECK(run.status == 1);
  CHECK(Has(run.text, "MaxFailedTrialsReached"));
  CHECK(Has(run.text, "exited with status 3"));
}

TEST_CASE("A trial without its metric is told apart", "[cli]") {
  Shell shell;
  const auto script = GENERATE("echo acc=1", "echo loss=nan");
  const auto run = shell.Run({"run", shell.Write("silent", script, 2)});
  CHECK(run.status == 1);
  CHECK(Has(run.text,
            std::string(script) == "echo acc=1" ? "MetricsUnavailable" : "ObjectiveNotANumber"));
}

TEST_CASE("A broken document shows all its faults", "[cli]") {
  Shell shell;
  const std::string path = shell.Write("broken_name", "true", 0);
  for (const char* verb : {"run", "validate"}) {
    const auto outcome = shell.Run({verb, path});
    CHECK(outcome.status == 1);
    CHECK(Has(outcome.text, "broken_name.yaml:3:18: metadata.name"));
    CHECK(Has(outcome.text, "spec.maxTrialCount"));
    CHECK(Has(outcome.text, "is not used") == false);
  }
}

TEST_CASE("Ctrl-C stops an experiment, and resume goes on with it", "[cli]") {
  Shell shell;
  const std::string path = shell.Write("long", "sleep 0.1; echo loss=$0", 60);
  auto run = shell.Start({"run", path});
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (!Has(shell.Output(), "succeeded")) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  run->Signal(SIGINT);
  const int status = run->Wait();
  CHECK(WEXITSTATUS(status) == 130);
  CHECK(Has(shell.Output(), "qalam resume long"));
  CHECK(Has(shell.Run({"list"}).text, "Stopped"));
  const auto resumed = shell.Run({"resume", "long"});
  INFO(resumed.text);
  CHECK(resumed.status == 0);
  CHECK(Has(resumed.text, "60/60"));
}

TEST_CASE("Every verb has an example in its help", "[cli]") {
  Shell shell;
  const std::string verb = GENERATE("run", "serve", "suggestion", "submit", "validate", "list",
                                    "get", "trials", "best", "logs", "stop", "pause", "resume",
                                    "edit", "delete", "algorithms", "completion", "version");
  const auto help = shell.Run({verb, "--help"});
  CHECK(help.status == 0);
  CHECK(Has(help.text, "Example:\n  "));
}

}  // namespace qalam
