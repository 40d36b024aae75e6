#include <absl/time/clock.h>

#include <algorithm>

#include "base/files.h"
#include "controller/operators/process_operator.h"
#include "tests/conformance/operator_suite.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

// The job as a program for sh. $0 is the file that notes each beginning.
std::string ShellProgram(const OperatorScript& script) {
  std::string program = script.ignores_term ? "trap '' TERM; " : "";
  program += "echo begun >> \"$0\"; ";
  for (const auto& line : script.lines) program += "echo '" + line + "'; ";
  if (script.counted_points > 0) {
    program +=
        fmt::format("awk 'BEGIN {{ for (i = 1; i <= {}; ++i) print \"step=\" i \" loss=\" i }}'; ",
                    script.counted_points);
  }
  if (script.pause > absl::ZeroDuration()) {
    program += fmt::format("sleep {}; ", absl::ToDoubleSeconds(script.pause));
  }
  switch (script.end) {
    case OperatorScript::End::kSignal:
      // $$ of the shell: Kubernetes' rules read $$ as one dollar.
      return program + fmt::format("kill -{} $$$$", script.code);
    case OperatorScript::End::kNever:
      return program + "while :; do sleep 0.05; done";
    default:
      return program + fmt::format("exit {}", script.code);
  }
}

class ProcessFixture final : public OperatorFixture {
 public:
  std::unique_ptr<TrialOperator> MakeOperator() override {
    return MakeProcessOperator(
        {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = 0.3});
  }

  TrialJob MakeJob(const std::string& name, const OperatorScript& script) override {
    TrialJob job;
    job.uid = job.name = name;
    job.directory = directory_.File(name);
    job.metric_names = {"loss"};
    const std::vector<std::string> command =
        script.end == OperatorScript::End::kCannotStart
            ? std::vector<std::string>{"no-such-program"}
            : std::vector<std::string>{"sh", "-c", ShellProgram(script), BegunFile(name)};
    job.manifest["spec"]["template"]["spec"]["containers"] =
        Json::array({{{"name", "main"}, {"command", command}}});
    return job;
  }

  int Begun(const std::string& name) override {
    const auto lines = ReadFile(BegunFile(name));
    return lines.ok() ? static_cast<int>(std::count(lines->begin(), lines->end(), '\n')) : 0;
  }

  void Pass() override { absl::SleepFor(absl::Milliseconds(2)); }

 private:
  std::string BegunFile(const std::string& name) const { return directory_.File(name + ".begun"); }

  TemporaryDirectory directory_;
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeProcessFixture() { return std::make_unique<ProcessFixture>(); }

}  // namespace qalam
