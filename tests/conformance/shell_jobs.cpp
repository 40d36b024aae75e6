#include "tests/conformance/shell_jobs.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include "base/files.h"

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

}  // namespace

TrialJob ShellJobs::Make(const std::string& name, const OperatorScript& script) const {
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

int ShellJobs::Begun(const std::string& name) const {
  const auto lines = ReadFile(BegunFile(name));
  return lines.ok() ? static_cast<int>(std::count(lines->begin(), lines->end(), '\n')) : 0;
}

void SubmitAndDie(OperatorFixture& fixture, const TrialJob& job) {
  const pid_t child = fork();
  if (child == 0) {
    const auto trial_operator = fixture.MakeOperator();
    const auto handle = trial_operator->Submit(job);
    if (!handle.ok()) _exit(1);
    while (trial_operator->ReadLog(*handle, 0)->data.empty()) fixture.Pass();
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (!WIFSIGNALED(status)) throw std::runtime_error("the process was not killed");
}

}  // namespace qalam
