// The suggestion service in a process of its own, killed while an experiment needs it.

#include <absl/time/clock.h>
#include <fcntl.h>

#include <catch2/catch.hpp>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

std::string SearchDocument() {
  return R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: lonely}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: tpe}
  seed: 4
  maxTrialCount: 40
  parallelTrialCount: 1
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [sh, -c, 'sleep 0.03; echo loss=$0', '${trialParameters.x}']}]}}}
)";
}

class Rig {
 public:
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    const FileDescriptor log(
        open(File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
    return std::make_unique<ChildProcess>(std::move(arguments),
                                          std::map<std::string, std::string>{}, log.get());
  }
  // Runs to the end and returns what it printed.
  std::string Output(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    {
      const FileDescriptor out(
          open(File("out").c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600));
      ChildProcess(std::move(arguments), {}, out.get()).Wait();
    }
    return *ReadFile(File("out"));
  }
  // The trials' parameters in order, once all of them have ended.
  std::string Trials(const std::string& database) {
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (Output({"list", "--db", database}).find("Succeeded") == std::string::npos) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(50));
    }
    const std::string table = Output({"trials", "lonely", "--db", database});
    std::string values;
    for (size_t line = 0; line < table.size(); line = table.find('\n', line) + 1) {
      const size_t end = table.find('\n', line);
      values += table.substr(table.rfind(' ', end), end - table.rfind(' ', end)) + "\n";
    }
    return values;
  }
  std::string File(const std::string& name) const { return directory_.File(name); }

 private:
  TemporaryDirectory directory_;
};

}  // namespace

TEST_CASE("A killed suggestion service comes back as if it had not died", "[fault][slow]") {
  Rig rig;
  const std::string file = rig.File("lonely.yaml");
  REQUIRE(WriteFileAtomically(file, SearchDocument(), false).ok());
  rig.Start({"run", "--db", rig.File("calm.db"), file})->Wait();
  const std::string expected = rig.Trials(rig.File("calm.db"));

  const std::string address = "unix:" + rig.File("suggestion.sock");
  auto suggestion = rig.Start({"suggestion", "--listen", address});
  auto server = rig.Start({"serve", "--db", rig.File("troubled.db"), "--listen",
                           "unix:" + rig.File("server.sock"), "--suggestion", address});
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (rig.Output({"submit", "--db", rig.File("troubled.db"), file}).find("submitted") ==
         std::string::npos) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(50));
  }
  for (int kill = 0; kill < 4; ++kill) {
    absl::SleepFor(absl::Milliseconds(300));
    suggestion->Kill(SIGKILL);
    absl::SleepFor(absl::Milliseconds(150));
    suggestion = rig.Start({"suggestion", "--listen", address});
  }
  INFO(*ReadFile(rig.File("log")));
  CHECK(rig.Trials(rig.File("troubled.db")) == expected);
}

}  // namespace qalam
