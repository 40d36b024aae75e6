// What deploy/ makes, on a cluster of its own, since Qalam follows all namespaces there.
#include <catch2/catch.hpp>

#include "tests/support/kubernetes_cluster.h"

namespace qalam {
namespace {

using Json = KubernetesCluster::Json;

constexpr char kServiceAccount[] = "system:serviceaccount:qalam:qalam";

bool MayServiceAccount(const KubernetesCluster& cluster, const std::string& verb,
                       const std::string& resource, const std::string& subresource = "") {
  std::vector<std::string> arguments = {"auth", "can-i",   verb,   resource,
                                        "-n",   "default", "--as", kServiceAccount};
  if (!subresource.empty()) arguments.push_back("--subresource=" + subresource);
  const auto said = cluster.Kubectl(std::move(arguments));
  return said.text.find("yes") != std::string::npos;
}

void ApplyDeploy(const KubernetesCluster& cluster) {
  const auto applied = cluster.Kubectl({"apply", "-k", QALAM_SOURCE "/deploy"});
  INFO(applied.text);
  REQUIRE(applied.status == 0);
}

}  // namespace

TEST_CASE("Qalam in a cluster may do what it needs, and no more", "[kubernetes]") {
  const KubernetesCluster cluster({"--nodes", "0"});
  ApplyDeploy(cluster);
  const auto again = cluster.Kubectl({"apply", "-k", QALAM_SOURCE "/deploy"});
  CHECK(again.text.find("created") == std::string::npos);
  CHECK(again.text.find("configured") == std::string::npos);
  struct Right {
    const char* verbs;
    const char* resource;
    const char* subresource;
  };
  const auto each_verb = [](const Right& right, const auto& visit) {
    std::istringstream verbs(right.verbs);
    for (std::string verb; verbs >> verb;) visit(verb);
  };
  const Right needed[] = {{"get list watch patch", "experiments.kubeflow.org", ""},
                          {"patch", "experiments.kubeflow.org", "status"},
                          {"get list watch create patch delete", "trials.kubeflow.org", ""},
                          {"patch", "trials.kubeflow.org", "status"},
                          {"get list watch create patch delete", "jobs.batch", ""},
                          {"get list watch create patch delete", "pytorchjobs.kubeflow.org", ""},
                          {"get list watch create patch delete", "mpijobs.kubeflow.org", ""},
                          {"get list watch", "pods", ""},
                          {"get", "pods", "log"}};
  for (const auto& right : needed) {
    each_verb(right, [&](const std::string& verb) {
      CAPTURE(verb, right.resource, right.subresource);
      CHECK(MayServiceAccount(cluster, verb, right.resource, right.subresource));
    });
  }
  const Right refused[] = {{"create delete", "experiments.kubeflow.org", ""},
                           {"create patch delete", "pods", ""},
                           {"create get", "pods", "exec"},
                           {"get list create", "secrets", ""},
                           {"create patch", "deployments.apps", ""},
                           {"get list", "nodes", ""},
                           {"create", "serviceaccounts", "token"},
                           {"create patch bind escalate", "clusterroles", ""},
                           {"create", "namespaces", ""},
                           {"impersonate", "users", ""}};
  for (const auto& right : refused) {
    each_verb(right, [&](const std::string& verb) {
      CAPTURE(verb, right.resource, right.subresource);
      CHECK_FALSE(MayServiceAccount(cluster, verb, right.resource, right.subresource));
    });
  }
}

TEST_CASE("The stateful set's pod follows experiments as its service account", "[kubernetes]") {
  const KubernetesCluster cluster({"--nodes", "1"});
  const TemporaryDirectory directory;
  ApplyDeploy(cluster);
  const auto volume = cluster.Apply(
      "qalam", fmt::format("{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: data}}, "
                           "spec: {{capacity: {{storage: 10Gi}}, accessModes: [ReadWriteOnce], "
                           "hostPath: {{path: {}}}}}}}",
                           directory.path()));
  INFO(volume.text);
  REQUIRE(volume.status == 0);
  // Images are not looked at here: the program is this tree's, and trials run beside it.
  const Json patch = Json::array({{{"op", "replace"},
                                   {"path", "/spec/template/spec/containers/0/command"},
                                   {"value", {QALAM_BIN "/qalam", "serve"}}},
                                  {{"op", "replace"},
                                   {"path", "/spec/template/spec/containers/0/args/1"},
                                   {"value", "--operator=process"}},
                                  {{"op", "add"},
                                   {"path", "/spec/template/spec/containers/0/args/-"},
                                   {"value", "--listen=127.0.0.1:0"}}});
  REQUIRE(cluster
              .Kubectl({"-n", "qalam", "patch", "statefulset", "qalam", "--type=json", "-p",
                        patch.dump()})
              .status == 0);
  const auto applied = cluster.Apply("default", R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: within}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: 2
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [echo, "loss=${trialParameters.x}"]}]}}}
)");
  INFO(applied.text);
  REQUIRE(applied.status == 0);
  const Json object = cluster.Await("default", "experiment", "within", [](const Json& object) {
    const Json status = object.value("status", Json::object());
    return status.contains("conditions") && status["conditions"].back()["type"] == "Succeeded";
  });
  CHECK(object["status"]["trialsSucceeded"] == 2);
  const auto log = cluster.Kubectl({"-n", "qalam", "logs", "qalam-0"});
  INFO(log.text);
  CHECK(log.text.find("error") == std::string::npos);
  CHECK(FileExists(directory.File("qalam.db")));
}

}  // namespace qalam
