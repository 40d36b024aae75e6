// What deploy/ makes, on a cluster of its own, since Qalam follows all namespaces there.
#include <catch2/catch.hpp>
#include <regex>
#include <set>
#include <sstream>

#include "tests/support/kubernetes_cluster.h"

namespace qalam {
namespace {

using Json = KubernetesCluster::Json;

constexpr char kServiceAccount[] = "system:serviceaccount:qalam:qalam";

// A verb, and the resource as "group/resource/subresource".
using Right = std::pair<std::string, std::string>;

// Which of them the service account has. The server is asked, which need not know the resources.
std::vector<bool> Allowed(const KubernetesCluster& cluster, const std::vector<Right>& rights) {
  std::string documents;
  for (const auto& [verb, resource] : rights) {
    std::istringstream parts(resource);
    std::string group, name, subresource;
    std::getline(parts, group, '/');
    std::getline(parts, name, '/');
    std::getline(parts, subresource, '/');
    const Json review = {{"apiVersion", "authorization.k8s.io/v1"},
                         {"kind", "SubjectAccessReview"},
                         {"spec",
                          {{"user", kServiceAccount},
                           {"resourceAttributes",
                            {{"namespace", "default"},
                             {"verb", verb},
                             {"group", group},
                             {"resource", name},
                             {"subresource", subresource}}}}}};
    documents += "---\n" + review.dump() + "\n";
  }
  const TemporaryDirectory directory;
  const std::string path = directory.File("reviews.yaml");
  REQUIRE(WriteFileAtomically(path, documents, false).ok());
  const auto asked =
      cluster.Kubectl({"create", "-f", path, "-o", "jsonpath={.status.allowed}{\"\\n\"}"});
  INFO(asked.text);
  REQUIRE(asked.status == 0);
  std::vector<bool> allowed;
  std::istringstream lines(asked.text);
  for (std::string line; std::getline(lines, line);) allowed.push_back(line == "true");
  REQUIRE(allowed.size() == rights.size());
  return allowed;
}

// Every verb of "get list" on the resource.
void AddRights(const std::string& verbs, const std::string& resource, std::vector<Right>& rights) {
  std::istringstream words(verbs);
  for (std::string verb; words >> verb;) rights.push_back({verb, resource});
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
  const std::string of_jobs = "get list watch create delete";
  std::vector<Right> needed;
  AddRights("get list watch patch", "kubeflow.org/experiments", needed);
  AddRights("patch", "kubeflow.org/experiments/status", needed);
  AddRights("get list create", "kubeflow.org/trials", needed);
  AddRights("patch", "kubeflow.org/trials/status", needed);
  AddRights(of_jobs, "batch/jobs", needed);
  for (const char* kind : {"pytorch", "tf", "mpi", "xgboost", "jax", "paddle"}) {
    AddRights(of_jobs, fmt::format("kubeflow.org/{}jobs", kind), needed);
  }
  AddRights("get list watch delete", "/pods", needed);
  AddRights("get", "/pods/log", needed);
  const auto has = Allowed(cluster, needed);
  for (size_t i = 0; i < needed.size(); ++i) {
    CAPTURE(needed[i].first, needed[i].second);
    CHECK(has[i]);
  }
  std::vector<Right> refused;
  AddRights("create delete", "kubeflow.org/experiments", refused);
  AddRights("create patch", "/pods", refused);
  AddRights("patch", "batch/jobs", refused);
  AddRights("delete patch", "kubeflow.org/trials", refused);
  AddRights("create get", "/pods/exec", refused);
  AddRights("get list create", "/secrets", refused);
  AddRights("create patch", "apps/deployments", refused);
  AddRights("get list", "/nodes", refused);
  AddRights("create", "/serviceaccounts/token", refused);
  AddRights("create patch bind escalate", "rbac.authorization.k8s.io/clusterroles", refused);
  AddRights("create", "/namespaces", refused);
  AddRights("impersonate", "/users", refused);
  const auto lacks = Allowed(cluster, refused);
  for (size_t i = 0; i < refused.size(); ++i) {
    CAPTURE(refused[i].first, refused[i].second);
    CHECK_FALSE(lacks[i]);
  }
}

TEST_CASE("What deploy/ makes runs experiments, with the rights it has", "[kubernetes]") {
  const KubernetesCluster cluster({"--nodes", "1"});
  const TemporaryDirectory directory;
  ApplyDeploy(cluster);
  // Pods share this machine's ports. As long as there is no volume, none begins.
  Json stateful = cluster.Get("qalam", "statefulset", "qalam");
  Json& arguments = stateful["spec"]["template"]["spec"]["containers"][0]["args"];
  for (auto& argument : arguments) {
    if (argument.get<std::string>().rfind("--http=", 0) == 0) argument = "--http=none";
  }
  arguments.push_back("--listen=127.0.0.1:0");
  const Json patch = Json::array({{{"op", "replace"},
                                   {"path", "/spec/template/spec/containers/0/args"},
                                   {"value", arguments}}});
  REQUIRE(cluster
              .Kubectl({"-n", "qalam", "patch", "statefulset", "qalam", "--type=json", "-p",
                        patch.dump()})
              .status == 0);
  const auto volume = cluster.Apply(
      "qalam", fmt::format("{{apiVersion: v1, kind: PersistentVolume, metadata: {{name: data}}, "
                           "spec: {{capacity: {{storage: 10Gi}}, accessModes: [ReadWriteOnce], "
                           "hostPath: {{path: {}}}}}}}",
                           directory.path()));
  INFO(volume.text);
  REQUIRE(volume.status == 0);
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
      spec: {template: {spec: {restartPolicy: Never, containers: [{name: main, image: none, command: [echo, "loss=${trialParameters.x}"]}]}}}
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
  // Each of its probes has succeeded, run within it.
  cluster.Await("qalam", "statefulset", "qalam", [](const Json& object) {
    return object.value("status", Json::object()).value("readyReplicas", 0) == 1;
  });
}

TEST_CASE("The monitor for Prometheus selects the service, and asks it as it has to be asked",
          "[kubernetes]") {
  const KubernetesCluster cluster({"--nodes", "0"});
  ApplyDeploy(cluster);
  // The cluster does not know the kind.
  const auto read = cluster.Kubectl({"patch", "--local", "--type=merge", "-p", "{}", "-o", "json",
                                     "-f", QALAM_SOURCE "/deploy/grafana/service-monitor.yaml"});
  INFO(read.text);
  REQUIRE(read.status == 0);
  Json monitor = Json::parse(read.text);
  std::vector<std::string> labels;
  for (const auto& [label, value] : monitor["spec"]["selector"]["matchLabels"].items()) {
    labels.push_back(fmt::format("{}={}", label, value.get<std::string>()));
  }
  REQUIRE_FALSE(labels.empty());
  // It looks in its own namespace.
  const auto selected =
      cluster.Kubectl({"-n", monitor["metadata"]["namespace"].get<std::string>(), "get", "services",
                       "-o", "name", "-l", fmt::format("{}", fmt::join(labels, ","))});
  CHECK(selected.text == "service/qalam\n");
  REQUIRE(monitor["spec"]["endpoints"].size() == 1);
  Json& endpoint = monitor["spec"]["endpoints"][0];
  // What is served beyond the pod is served by TLS, to those with a token.
  CHECK(endpoint["scheme"] == "https");
  CHECK(endpoint["tlsConfig"]["ca"]["secret"]["name"] == "qalam-tls");
  CHECK(endpoint["tlsConfig"]["serverName"] == "qalam.qalam.svc");
  CHECK(endpoint["authorization"]["credentials"]["name"] == "qalam-metrics");
}

TEST_CASE("What names the image in deploy/README.md leaves no other one in what is applied",
          "[kubernetes]") {
  const std::string readme = "\n" + *ReadFile(QALAM_SOURCE "/deploy/README.md");
  const size_t at = readme.find("\nsed -i ");
  REQUIRE(at != std::string::npos);
  const std::string command = readme.substr(at + 1, readme.find('\n', at + 1) - at - 1);
  const TemporaryDirectory directory;
  const auto named = RunCommand(
      {"sh", "-c",
       "cd \"$1\" && cp -r --parents deploy examples/digits \"$2\" && cd \"$2\" && " + command,
       "sh", QALAM_SOURCE, directory.path()});
  INFO(named.text);
  REQUIRE(named.status == 0);
  const auto images =
      RunCommand({"grep", "-rhoE", "--include=*.yaml", "image[:=] *[^ ]+", directory.path()});
  std::istringstream lines(images.text);
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    CAPTURE(line);
    CHECK(line.find("registry.example.org/qalam:1") != std::string::npos);
  }
  CHECK(count > 10);
}

TEST_CASE("The image installs what the program is linked to", "[kubernetes]") {
  // Debian's smallest image has the first ones.
  std::set<std::string> there = {"libc6", "libgcc-s1", "libstdc++6"};
  std::istringstream dockerfile(*ReadFile(QALAM_SOURCE "/deploy/Dockerfile"));
  for (std::string word; dockerfile >> word;) there.insert(word);
  const auto read = RunCommand({"readelf", "-d", QALAM_BIN "/qalam"});
  const std::regex needed(R"(NEEDED.*\[(.*)\])");
  std::vector<std::string> libraries, question = {"dpkg-query", "-S"};
  for (std::sregex_iterator found(read.text.begin(), read.text.end(), needed), end; found != end;
       ++found) {
    libraries.push_back(fmt::format("/{}", (*found)[1].str()));
    question.push_back(fmt::format("*{}", libraries.back()));
  }
  REQUIRE(libraries.size() > 10);
  // "PACKAGE:ARCHITECTURE: PATH", a line for each package that has a file of this name.
  const auto owners = RunCommand(question);
  std::set<std::string> found_there;
  std::istringstream lines(owners.text);
  for (std::string line; std::getline(lines, line);) {
    if (there.count(line.substr(0, line.find(':'))) == 0) continue;
    found_there.insert(line.substr(line.rfind('/')));
  }
  for (const auto& library : libraries) {
    CAPTURE(library);
    CHECK(found_there.count(library) > 0);
  }
  // The collector is put into images of all kinds.
  CHECK(RunCommand({"readelf", "-d", QALAM_BIN "/qalam-collector"}).text.find("NEEDED") ==
        std::string::npos);
}

}  // namespace qalam
