#pragma once

#include <fcntl.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/files.h"
#include "tests/support/qalam_process.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

struct Outcome {
  int status;                  // the exit code; -1 when a signal ended it
  std::string text;            // both streams
  int64_t resident_bytes = 0;  // the most it held in memory
};

inline bool Has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// The program `qalam` with data of its own, that go with the object.
class Shell {
 public:
  std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), QALAM_BIN "/qalam");
    const std::string path = File(fmt::format("output{}", ++count_));
    const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    return std::make_unique<ChildProcess>(
        std::move(arguments),
        std::map<std::string, std::string>{{"XDG_DATA_HOME", directory_.path()}}, file.get());
  }
  Outcome Run(std::vector<std::string> arguments) {
    int64_t resident_bytes = 0;
    const int status = Start(std::move(arguments))->Wait(&resident_bytes);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, Output(), resident_bytes};
  }
  // Of the command started last, as far as it has come.
  std::string Output() const { return *ReadFile(File(fmt::format("output{}", count_))); }
  std::string File(const std::string& name) const { return directory_.File(name); }
  const std::string& path() const { return directory_.path(); }

  // A document of that name whose trials run `script` by sh, with the parameter as $0. The script
  // stands between single quotes. `more` are further lines of the spec.
  std::string Write(const std::string& name, const std::string& script, int trials,
                    const std::string& more = "") {
    const std::string path = File(name + ".yaml");
    REQUIRE(WriteFileAtomically(path,
                                fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss, goal: -1}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: {}
  maxFailedTrialCount: 0
{}  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                                            name, trials, std::min(trials, 2), more, script),
                                false)
                .ok());
    return path;
  }

 private:
  TemporaryDirectory directory_;
  int count_ = 0;
};

}  // namespace qalam
