// The suite over every TrialOperator, on a real API server and controller-manager.

#include <absl/time/clock.h>

#include <csignal>

#include "tests/conformance/operator_suite.h"
#include "tests/conformance/shell_jobs.h"
#include "tests/support/cluster_operator.h"

namespace qalam {
namespace {

class KubernetesFixture final : public OperatorFixture {
 public:
  explicit KubernetesFixture(const KubernetesCluster& cluster)
      : cluster_(cluster), name_space_(cluster.NewNamespace()) {}
  ~KubernetesFixture() override {
    cluster_.Kubectl({"delete", "namespace", name_space_, "--wait=false"});
  }

  std::unique_ptr<TrialOperator> MakeOperator() override {
    return OperatorOfCluster(cluster_, name_space_);
  }
  TrialJob MakeJob(const std::string& name, const OperatorScript& script) override {
    TrialJob job = jobs_.Make(name, script);
    MakeClusterJob(job.manifest);
    return job;
  }
  int Begun(const std::string& name) override { return jobs_.Begun(name); }
  bool SubmitFromKilledProcess(const TrialJob& job) override {
    SubmitAndDie(*this, job);
    return true;
  }
  void SetAway(const std::string&, bool away) override {
    cluster_.Signal("api-server", away ? SIGSTOP : SIGCONT);
  }
  // The nodes are this machine, and each pod is four processes.
  int MostJobs() override { return 100; }
  void PassLong() override { absl::SleepFor(absl::Seconds(2)); }
  void Pass() override { absl::SleepFor(absl::Milliseconds(5)); }

 private:
  const KubernetesCluster& cluster_;
  const std::string name_space_;
  const ShellJobs jobs_;
};

}  // namespace

std::unique_ptr<OperatorFixture> MakeKubernetesFixture() {
  return std::make_unique<KubernetesFixture>(KubernetesCluster::Shared());
}

std::span<const OperatorFixtureEntry> OperatorFixtures() {
  static constexpr OperatorFixtureEntry kFixtures[] = {{"kubernetes", MakeKubernetesFixture}};
  return kFixtures;
}

}  // namespace qalam
