#include <absl/time/clock.h>

#include <csignal>
#include <stdexcept>

#include "controller/collector/job.h"
#include "controller/operators/slurm/slurm_operator.h"
#include "tests/conformance/operator_suite.h"
#include "tests/conformance/shell_jobs.h"
#include "tests/support/slurm_cluster.h"

namespace qalam {
namespace {

class SlurmFixture final : public OperatorFixture {
 public:
  explicit SlurmFixture(const SlurmCluster& cluster) : cluster_(cluster) {}

  std::unique_ptr<TrialOperator> MakeOperator() override {
    auto trial_operator =
        MakeSlurmOperator({.collector_path = QALAM_BIN "/qalam-collector",
                           .grace_seconds = 0.3,
                           .poll_interval = absl::Milliseconds(300),
                           .shortest_poll_interval = absl::Milliseconds(50),
                           .result_patience = absl::Milliseconds(300),
                           .environment = {{"SLURM_CONF", cluster_.configuration()}}});
    if (!trial_operator.ok()) throw std::runtime_error(Message(trial_operator.status()));
    return *std::move(trial_operator);
  }
  TrialJob MakeJob(const std::string& name, const OperatorScript& script) override {
    TrialJob job = jobs_.Make(name, script);
    // The cluster outlives this fixture.
    job.uid += jobs_.path().substr(jobs_.path().rfind('-'));
    return job;
  }
  int Begun(const std::string& name) override { return jobs_.Begun(name); }
  bool SubmitFromKilledProcess(const TrialJob& job) override {
    SubmitAndDie(*this, job);
    return true;
  }
  // Slurm's controller and the collector, which could tell an end by itself.
  void SetAway(const std::string& handle, bool away) override {
    cluster_.SignalController(away ? SIGSTOP : SIGCONT);
    kill(collector::ReadClaim(handle)->pid, away ? SIGSTOP : SIGCONT);
  }
  // All four nodes are this machine, and each job is five processes.
  int MostJobs() override { return 64; }
  void PassLong() override { absl::SleepFor(absl::Seconds(1)); }
  void Pass() override { absl::SleepFor(absl::Milliseconds(5)); }

 private:
  const SlurmCluster& cluster_;
  const ShellJobs jobs_;
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeSlurmFixture() {
  // One for all cases of a run; room for as many jobs as the suite has at once.
  static const std::unique_ptr<SlurmCluster> cluster =
      SlurmCluster::Start({{"QALAM_NODE_CPUS", "16"}});
  return cluster == nullptr ? nullptr : std::make_unique<SlurmFixture>(*cluster);
}

}  // namespace qalam
