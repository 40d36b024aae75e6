#include <absl/time/clock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/process_operator.h"
#include "tests/conformance/operator_suite.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

// The job as a program for sh. $0 is the file that notes each beginning.
std::string ShellProgram(const OperatorScript& script, const std::string& raw_file) {
  std::string program = script.ignores_term ? "trap '' TERM; " : "";
  program += "echo begun >> \"$0\"; ";
  if (!script.arguments.empty()) program += "printf '%s\\000' \"$@\"; ";
  for (const auto& line : script.lines) program += "echo '" + line + "'; ";
  if (!script.raw.empty()) program += "cat '" + raw_file + "'; ";
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
      // TERM stays ignored by what is executed.
      return program + "exec sleep 1000";
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
    const std::string raw_file = directory_.File(name + ".raw");
    if (!script.raw.empty() && !WriteFileAtomically(raw_file, script.raw, false).ok()) {
      throw std::runtime_error("cannot write " + raw_file);
    }
    std::vector<std::string> command = {"no-such-program"};
    if (script.end != OperatorScript::End::kCannotStart) {
      command = {"sh", "-c", ShellProgram(script, raw_file), BegunFile(name)};
      command.insert(command.end(), script.arguments.begin(), script.arguments.end());
    }
    job.manifest["spec"]["template"]["spec"]["containers"] =
        Json::array({{{"name", "main"}, {"command", command}}});
    return job;
  }

  int Begun(const std::string& name) override {
    const auto lines = ReadFile(BegunFile(name));
    return lines.ok() ? static_cast<int>(std::count(lines->begin(), lines->end(), '\n')) : 0;
  }

  bool SubmitFromKilledProcess(const TrialJob& job) override {
    const pid_t child = fork();
    if (child == 0) {
      const auto trial_operator = MakeOperator();
      const auto handle = trial_operator->Submit(job);
      if (!handle.ok()) _exit(1);
      while (trial_operator->ReadLog(*handle, 0)->data.empty()) Pass();
      kill(getpid(), SIGKILL);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status)) throw std::runtime_error("the process was not killed");
    return true;
  }

  // The part of this engine that can be away is a collector.
  void SetAway(const std::string& handle, bool away) override {
    kill(collector::ReadClaim(handle)->pid, away ? SIGSTOP : SIGCONT);
  }

  void PassLong() override { absl::SleepFor(absl::Milliseconds(500)); }
  void Pass() override { absl::SleepFor(absl::Milliseconds(2)); }

 private:
  std::string BegunFile(const std::string& name) const { return directory_.File(name + ".begun"); }

  TemporaryDirectory directory_;
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeProcessFixture() { return std::make_unique<ProcessFixture>(); }

}  // namespace qalam
