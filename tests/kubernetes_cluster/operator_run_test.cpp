// The whole path on a cluster, as a user goes it.
#include <catch2/catch.hpp>

#include "tests/support/kubernetes_cluster.h"
#include "tests/support/qalam_shell.h"

namespace qalam {

TEST_CASE("The digits example runs on a cluster by one flag", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  Shell shell;
  const auto run =
      shell.Run({"run", "--operator", "kubernetes", "--kubeconfig", cluster.kubeconfig(),
                 "--kubernetes-namespace", space, "--collector-image", "none", "--db",
                 shell.File("q.db"), QALAM_SOURCE "/examples/digits/random.yaml"});
  CAPTURE(run.text);
  REQUIRE(run.status == 0);
  const auto best = shell.Run({"best", "--db", shell.File("q.db"), "digits-random"});
  CAPTURE(best.text);
  CHECK(Has(best.text, "validation-accuracy"));
  CHECK(Has(run.text, "30 succeeded"));
  // Nothing stays behind.
  const auto jobs = cluster.Kubectl({"-n", space, "get", "jobs", "-o", "name"});
  CHECK(jobs.text.find("job") == std::string::npos);
  cluster.Kubectl({"delete", "namespace", space, "--wait=false"});
}

TEST_CASE("What is missing for a cluster is said before anything begins", "[kubernetes]") {
  Shell shell;
  const std::string document = QALAM_SOURCE "/examples/digits/random.yaml";
  const auto says = [&](std::vector<std::string> flags) {
    flags.insert(flags.begin(), {"run", "--db", shell.File("q.db")});
    flags.push_back(document);
    const auto run = shell.Run(flags);
    CHECK(run.status != 0);
    return run.text;
  };
  CHECK(Has(says({"--operator", "kubernetes", "--kubeconfig", shell.File("none")}),
            "there is no kubeconfig at"));
  CHECK(Has(
      says({"--operator", "kubernetes", "--kubeconfig", KubernetesCluster::Shared().kubeconfig()}),
      "needs --collector-image"));
  CHECK(Has(says({"--operator", "kubernetes", "--context", "nowhere", "--kubeconfig",
                  KubernetesCluster::Shared().kubeconfig()}),
            "there is no context \"nowhere\""));
  CHECK(Has(says({"--collector-image", "x"}), "are for --operator kubernetes"));
}

}  // namespace qalam
