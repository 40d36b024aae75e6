// That the cluster of the tests is one: what the other tests rely on.
#include <catch2/catch.hpp>
#include <regex>

#include "tests/support/kubernetes_cluster.h"

namespace qalam {
namespace {

using Json = KubernetesCluster::Json;

// A pod, or what a Job makes of it, that runs `script` by sh; `more` are further fields of the
// spec, in YAML's flow style.
std::string PodSpec(const std::string& script, const std::string& more = "") {
  return fmt::format(
      "{{restartPolicy: Never, {}containers: [{{name: main, image: none, "
      "command: [sh, -c, {}]}}]}}",
      more.empty() ? "" : more + ", ", Json(script).dump());
}
std::string PodDocument(const std::string& name, const std::string& spec) {
  return fmt::format("{{apiVersion: v1, kind: Pod, metadata: {{name: {}}}, spec: {}}}", name, spec);
}

std::string Phase(const Json& pod) { return pod.is_null() ? "" : pod["status"].value("phase", ""); }
Json Terminated(const Json& pod) {
  return pod["status"]["containerStatuses"][0]["state"].value("terminated", Json());
}
bool HasEnded(const Json& pod) { return Phase(pod) == "Succeeded" || Phase(pod) == "Failed"; }

// How many processes of this machine have the text on their command line.
int CountProcesses(const std::string& text) {
  const auto found = RunCommand({"pgrep", "-c", "-f", text});
  return std::stoi(found.text);
}
void AwaitNoProcess(const std::string& text) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (CountProcesses(text) > 0) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace

TEST_CASE("A job of three pods succeeds, and their output is whole", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  const std::string script =
      "echo first; awk 'BEGIN { for (i = 0; i < 100000; ++i) printf \"0123456789\" }'; echo; "
      "echo error >&2; printf last";
  const auto applied = cluster.Apply(
      space, fmt::format("{{apiVersion: batch/v1, kind: Job, metadata: {{name: three}}, spec: "
                         "{{completions: 3, parallelism: 3, template: {{spec: {}}}}}}}",
                         PodSpec(script)));
  INFO(applied.text);
  REQUIRE(applied.status == 0);
  cluster.Await(space, "job", "three", [](const Json& job) {
    return !job.is_null() && job["status"].value("succeeded", 0) == 3;
  });
  const auto pods = Json::parse(
      cluster.Kubectl({"-n", space, "get", "pods", "-l", "job-name=three", "-o", "json"}).text);
  REQUIRE(pods["items"].size() == 3);
  std::string digits;
  for (int i = 0; i < 100000; ++i) digits += "0123456789";
  for (const auto& pod : pods["items"]) {
    CHECK(Phase(pod) == "Succeeded");
    CHECK(Terminated(pod)["reason"] == "Completed");
    const auto log = cluster.Kubectl({"-n", space, "logs", pod["metadata"]["name"]});
    CHECK(log.status == 0);
    CHECK(log.text == "first\n" + digits + "\nerror\nlast");
  }
}

TEST_CASE("Pods end as their programs do", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  const auto run = [&](const std::string& name, const std::string& spec) {
    const auto applied = cluster.Apply(space, PodDocument(name, spec));
    INFO(applied.text);
    REQUIRE(applied.status == 0);
  };
  run("exits", PodSpec("echo why > /dev/termination-log; exit 3"));
  run("killed", PodSpec("sh -c 'kill -9 $PPID' & wait", "shareProcessNamespace: false"));
  run("late", PodSpec("sleep 100", "activeDeadlineSeconds: 1, terminationGracePeriodSeconds: 1"));
  run("nowhere",
      "{restartPolicy: Never, containers: [{name: main, image: none, command: "
      "[no-such-program]}]}");
  run("no-image",
      "{restartPolicy: Never, containers: [{name: main, image: missing.invalid/a, command: [a]}]}");
  run("too-big",
      "{containers: [{name: main, image: none, command: [a], resources: {requests: "
      "{cpu: 1000}}}]}");
  const auto end = [&](const std::string& name) {
    return cluster.Await(space, "pod", name, HasEnded);
  };
  const Json exits = Terminated(end("exits"));
  CHECK(exits["exitCode"] == 3);
  CHECK(exits["reason"] == "Error");
  CHECK(exits["message"] == "why\n");
  // The first process of a container gets no signal from within.
  const Json late = end("late");
  CHECK(Phase(late) == "Failed");
  CHECK(late["status"]["reason"] == "DeadlineExceeded");
  CHECK(Terminated(late)["exitCode"] == 137);
  const Json nowhere = Terminated(end("nowhere"));
  CHECK(nowhere["exitCode"] == 128);
  CHECK(nowhere["reason"] == "StartError");
  CHECK(Phase(end("killed")) == "Succeeded");
  const Json waiting = cluster.Await(space, "pod", "no-image", [](const Json& pod) {
    const Json statuses = pod["status"].value("containerStatuses", Json::array());
    return !statuses.empty() &&
           statuses[0]["state"].value("waiting", Json::object()).value("reason", "") ==
               "ImagePullBackOff";
  });
  CHECK(Phase(waiting) == "Pending");
  const Json too_big = cluster.Await(space, "pod", "too-big", [](const Json& pod) {
    return !pod["status"].value("conditions", Json::array()).empty();
  });
  CHECK(too_big["status"]["conditions"][0]["reason"] == "Unschedulable");
}

TEST_CASE("Containers share a pod's volumes and read its metadata", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  const auto applied = cluster.Apply(space, R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: words}
data: {greeting: hello}
---
apiVersion: v1
kind: Pod
metadata: {name: shares, labels: {role: worker}}
spec:
  restartPolicy: Never
  initContainers:
    - {name: first, image: none, command: [sh, -c, "echo one > /qalam-shared/a"], volumeMounts: [{name: shared, mountPath: /qalam-shared}]}
    - {name: second, image: none, command: [sh, -c, "echo two >> /opt/qalam-elsewhere/a"], volumeMounts: [{name: shared, mountPath: /opt/qalam-elsewhere}]}
  containers:
    - name: main
      image: none
      workingDir: /qalam-shared
      command: [sh, -c, "cat a /etc/qalam-words/greeting; echo; echo $NAME $ROLE $0 $$$$; ls /var/run/secrets/kubernetes.io/serviceaccount", $(NAME)]
      env:
        - {name: NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
        - {name: ROLE, valueFrom: {fieldRef: {fieldPath: "metadata.labels['role']"}}}
      volumeMounts:
        - {name: shared, mountPath: /qalam-shared}
        - {name: words, mountPath: /etc/qalam-words, readOnly: true}
  volumes:
    - {name: shared, emptyDir: {}}
    - {name: words, configMap: {name: words}}
)");
  INFO(applied.text);
  REQUIRE(applied.status == 0);
  const Json pod = cluster.Await(space, "pod", "shares", HasEnded);
  const auto log = cluster.Kubectl({"-n", space, "logs", "shares", "-c", "main"});
  CHECK(log.text == "one\ntwo\nhello\nshares worker shares 1\nca.crt\nnamespace\ntoken\n");
  CHECK(Phase(pod) == "Succeeded");
  // The mount points were the containers' alone.
  CHECK_FALSE(FileExists("/qalam-shared"));
  CHECK_FALSE(FileExists("/opt/qalam-elsewhere"));
  CHECK_FALSE(FileExists("/etc/qalam-words"));
}

TEST_CASE("Output is followed, and a deleted pod's processes end", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  const std::string mark = "qalam-rig-" + space;
  // TERM is ignored, so that the grace passes.
  REQUIRE(cluster
              .Apply(space, PodDocument("stays", PodSpec("trap '' TERM; echo begun; sh -c 'sleep "
                                                         "1000' " +
                                                             mark + " & wait; exit",
                                                         "terminationGracePeriodSeconds: 1")))
              .status == 0);
  cluster.Await(space, "pod", "stays", [](const Json& pod) { return Phase(pod) == "Running"; });
  CHECK(CountProcesses(mark) > 0);
  const TemporaryDirectory directory;
  const std::string path = directory.File("followed");
  const FileDescriptor file(open(path.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
  ChildProcess follower(
      {cluster.kubectl(), "--kubeconfig", cluster.kubeconfig(), "-n", space, "logs", "-f", "stays"},
      {}, file.get());
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (ReadFile(path).value_or("") != "begun\n") {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  CHECK(cluster.Kubectl({"-n", space, "delete", "pod", "stays"}).status == 0);
  CHECK(cluster.Get(space, "pod", "stays").is_null());
  AwaitNoProcess(mark);
  CHECK(follower.Wait() == 0);
}

TEST_CASE("Logs are cut as they are asked for", "[kubernetes]") {
  auto& cluster = KubernetesCluster::Shared();
  const std::string space = cluster.NewNamespace();
  REQUIRE(
      cluster
          .Apply(space, PodDocument("says", PodSpec("echo one; echo two; sleep 2; printf three")))
          .status == 0);
  cluster.Await(space, "pod", "says", HasEnded);
  const auto log = [&](const std::vector<std::string>& options) {
    std::vector<std::string> arguments = {"-n", space, "logs", "says"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return cluster.Kubectl(std::move(arguments)).text;
  };
  CHECK(log({}) == "one\ntwo\nthree");
  CHECK(log({"--tail=2"}) == "two\nthree");
  CHECK(log({"--tail=0"}).empty());
  CHECK(log({"--limit-bytes=5"}) == "one\nt");
  const std::string timed = log({"--timestamps"});
  const std::regex line(R"((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.\d{9}Z three)");
  std::smatch found;
  REQUIRE(std::regex_search(timed, found, line));
  CHECK(log({"--since-time=" + found[1].str() + "Z"}) == "three");
  CHECK(log({"--previous"}).find("previous terminated container") != std::string::npos);
}

TEST_CASE("A node that says nothing is lost, and its job's pod runs elsewhere", "[kubernetes]") {
  const KubernetesCluster cluster({"--nodes", "2"});
  const std::string space = cluster.NewNamespace();
  REQUIRE(
      cluster
          .Apply(space, fmt::format("{{apiVersion: batch/v1, kind: Job, metadata: {{name: moves}}, "
                                    "spec: {{template: {{spec: {}}}}}}}",
                                    PodSpec("sleep 1000")))
          .status == 0);
  const auto running = [&]() {
    const auto pods = Json::parse(cluster
                                      .Kubectl({"-n", space, "get", "pods", "--field-selector",
                                                "status.phase=Running", "-o", "json"})
                                      .text);
    std::vector<std::string> nodes;
    for (const auto& pod : pods["items"]) nodes.push_back(pod["spec"]["nodeName"]);
    return nodes;
  };
  const auto deadline = absl::Now() + absl::Seconds(90);
  while (running().empty()) REQUIRE(absl::Now() < deadline);
  const std::string lost = running()[0];
  cluster.Signal(lost, SIGSTOP);
  while (running().size() < 2) REQUIRE(absl::Now() < deadline);
  const Json node = cluster.Get("default", "node", lost);
  for (const auto& condition : node["status"]["conditions"]) {
    if (condition["type"] == "Ready") CHECK(condition["status"] == "Unknown");
  }
  // It comes again and learns that the pod is not wanted any more.
  cluster.Signal(lost, SIGCONT);
  while (running().size() > 1) REQUIRE(absl::Now() < deadline);
  CHECK(running()[0] != lost);
}

TEST_CASE("A cluster that is killed leaves no process", "[kubernetes]") {
  const std::string mark = fmt::format("qalam-rig-killed-{}", getpid());
  auto cluster = std::make_unique<KubernetesCluster>();
  const std::string space = cluster->NewNamespace();
  REQUIRE(cluster
              ->Apply(space, PodDocument("stays", PodSpec("trap '' TERM; : " + mark +
                                                          "; while :; do sleep 1; done")))
              .status == 0);
  cluster->Await(space, "pod", "stays", [](const Json& pod) { return Phase(pod) == "Running"; });
  const std::string folder = cluster->folder();
  CHECK(CountProcesses(mark) > 0);
  CHECK(CountProcesses(folder) > 0);
  cluster->Kill();
  AwaitNoProcess(mark);
  AwaitNoProcess(folder);
}

}  // namespace qalam
