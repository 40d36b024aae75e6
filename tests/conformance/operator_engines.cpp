// The engines of this machine, over which the suite runs. That of a Kubernetes cluster:
// tests/kubernetes_cluster/operator_fixture.cpp.

#include "tests/conformance/operator_suite.h"

namespace qalam {

std::span<const OperatorFixtureEntry> OperatorFixtures() {
  static constexpr OperatorFixtureEntry kFixtures[] = {
      {"process", MakeProcessFixture},
      {"simulated", MakeSimulatedFixture},
      {"slurm", MakeSlurmFixture},
  };
  return kFixtures;
}

}  // namespace qalam
