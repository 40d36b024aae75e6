#include <absl/time/clock.h>

#include <csignal>

#include "controller/collector/job.h"
#include "controller/operators/process_operator.h"
#include "tests/conformance/operator_suite.h"
#include "tests/conformance/shell_jobs.h"

namespace qalam {
namespace {

class ProcessFixture final : public OperatorFixture {
 public:
  std::unique_ptr<TrialOperator> MakeOperator() override {
    return MakeProcessOperator(
        {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = 0.3});
  }
  TrialJob MakeJob(const std::string& name, const OperatorScript& script) override {
    return jobs_.Make(name, script);
  }
  int Begun(const std::string& name) override { return jobs_.Begun(name); }
  bool SubmitFromKilledProcess(const TrialJob& job) override {
    SubmitAndDie(*this, job);
    return true;
  }
  // The part of this engine that can be away is a collector.
  void SetAway(const std::string& handle, bool away) override {
    kill(collector::ReadClaim(handle)->pid, away ? SIGSTOP : SIGCONT);
  }
  void PassLong() override { absl::SleepFor(absl::Milliseconds(500)); }
  void Pass() override { absl::SleepFor(absl::Milliseconds(2)); }

 private:
  ShellJobs jobs_;
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeProcessFixture() { return std::make_unique<ProcessFixture>(); }

}  // namespace qalam
