// Distributed kinds: their objects are real ones of a real server, and what their training operator
// does is done here by hand.
#include <absl/time/clock.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "api/distributed_job.h"
#include "tests/conformance/shell_jobs.h"
#include "tests/support/cluster_operator.h"

namespace qalam {
namespace {

std::string InLowerCase(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

Json CrdOf(const DistributedKind& kind) {
  const std::string name = InLowerCase(kind.name);
  const Json schema = {{"type", "object"}, {"x-kubernetes-preserve-unknown-fields", true}};
  const Json version = {{"name", "v1"},
                        {"served", true},
                        {"storage", true},
                        {"subresources", {{"status", Json::object()}}},
                        {"schema", {{"openAPIV3Schema", schema}}}};
  return {{"apiVersion", "apiextensions.k8s.io/v1"},
          {"kind", "CustomResourceDefinition"},
          {"metadata", {{"name", name + "s.kubeflow.org"}}},
          {"spec",
           {{"group", "kubeflow.org"},
            {"scope", "Namespaced"},
            {"names",
             {{"plural", name + "s"},
              {"singular", name},
              {"kind", kind.name},
              {"listKind", kind.name + "List"}}},
            {"versions", Json::array({version})}}}};
}

// A role of pods that each print their own words.
Json RoleWith(const TrialJob& job, const DistributedKind& kind, const std::string& role) {
  Json pod = job.manifest["spec"]["template"];
  pod["spec"]["terminationGracePeriodSeconds"] = 2;
  Json& container = pod["spec"]["containers"][0];
  container["name"] = kind.container;
  container["image"] = "none";
  container["command"] = {"sh", "-c", "echo " + role + "; echo loss=1"};
  return {{"replicas", 1}, {"restartPolicy", "Never"}, {"template", pod}};
}

// What a training operator makes of the object: a pod for each role, and its conditions once the
// pods have ended.
class TrainingOperator {
 public:
  TrainingOperator(const KubernetesCluster& cluster, kubernetes::ObjectPath path)
      : client_(ClientOfCluster(cluster)), path_(std::move(path)) {}

  Json Object() {
    const auto object = client_->Get(path_);
    REQUIRE(object.ok());
    return *object;
  }
  void MakePods(const DistributedKind& kind) {
    const Json object = Object();
    for (const auto& [role, spec] : object["spec"][kind.replica_specs].items()) {
      Json pod = spec["template"];
      const std::string type = InLowerCase(role);
      pod["metadata"]["name"] = path_.name + "-" + type + "-0";
      pod["metadata"]["labels"]["training.kubeflow.org/replica-type"] = type;
      pod["metadata"]["labels"]["training.kubeflow.org/replica-index"] = "0";
      pod["metadata"]["ownerReferences"] = Json::array({{{"apiVersion", object["apiVersion"]},
                                                         {"kind", object["kind"]},
                                                         {"name", path_.name},
                                                         {"uid", object["metadata"]["uid"]},
                                                         {"controller", true},
                                                         {"blockOwnerDeletion", true}}});
      pod["spec"]["restartPolicy"] = "Never";
      const auto made = client_->Create({kubernetes::kPods, path_.name_space, "", ""}, pod);
      INFO(Message(made.status()));
      REQUIRE(made.ok());
      pods_.push_back(pod["metadata"]["name"]);
    }
  }
  void AwaitPods() {
    const auto deadline = absl::Now() + absl::Seconds(60);
    for (const auto& name : pods_) {
      while (true) {
        const auto pod = client_->Get({kubernetes::kPods, path_.name_space, name, ""});
        REQUIRE(pod.ok());
        if ((*pod)["status"].value("phase", "") == "Succeeded") break;
        REQUIRE(absl::Now() < deadline);
        absl::SleepFor(absl::Milliseconds(20));
      }
    }
  }
  void SetCondition(const std::string& type) {
    kubernetes::ObjectPath status = path_;
    status.subresource = "status";
    const auto patched = client_->MergePatch(
        status, {{"status", {{"conditions", {{{"type", type}, {"status", "True"}}}}}}});
    INFO(Message(patched.status()));
    REQUIRE(patched.ok());
  }
  bool HasPods() {
    return std::any_of(pods_.begin(), pods_.end(), [&](const std::string& name) {
      return client_->Get({kubernetes::kPods, path_.name_space, name, ""}).ok();
    });
  }

 private:
  const std::unique_ptr<kubernetes::Client> client_;
  const kubernetes::ObjectPath path_;
  std::vector<std::string> pods_;
};

// A new kind takes the API server a moment to list, and longer on a busy machine.
void AwaitKind(const KubernetesCluster& cluster, const std::string& kind) {
  const auto client = ClientOfCluster(cluster);
  const auto deadline = absl::Now() + absl::Seconds(90);
  while (true) {
    const auto found = client->FindResource("kubeflow.org/v1", kind);
    if (found.ok()) return;
    INFO(Message(found.status()));
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(50));
  }
}

}  // namespace

TEST_CASE("A distributed kind's object is followed as its training operator has it",
          "[kubernetes][kinds]") {
  const size_t row = GENERATE(range<size_t>(0, DistributedKinds().size()));
  const DistributedKind& kind = DistributedKinds()[row];
  CAPTURE(kind.name);
  auto& cluster = KubernetesCluster::Shared();
  const std::string name_space = cluster.NewNamespace();
  const auto applied = cluster.Apply(name_space, CrdOf(kind).dump());
  INFO(applied.text);
  REQUIRE(applied.status == 0);
  const std::string plural = InLowerCase(kind.name) + "s";
  AwaitKind(cluster, kind.name);

  const ShellJobs jobs;
  TrialJob job = jobs.Make("set", {});
  job.uid += name_space;
  Json manifest = {{"apiVersion", "kubeflow.org/v1"}, {"kind", kind.name}};
  for (const auto& role : kind.roles) {
    manifest["spec"][kind.replica_specs][role.name] = RoleWith(job, kind, role.name);
  }
  job.manifest = manifest;
  const auto trial_operator = OperatorOfCluster(cluster, name_space);
  const auto handle = trial_operator->Submit(job);
  INFO(Message(handle.status()));
  REQUIRE(handle.ok());

  TrainingOperator training(cluster,
                            {{"kubeflow.org/v1", kind.name, plural, true}, name_space, "set", ""});
  training.MakePods(kind);
  training.AwaitPods();
  training.SetCondition("Running");
  // Its pods are done, but it is the object that says so.
  CHECK(trial_operator->Poll({&*handle, 1})->front().state == JobState::kRunning);
  training.SetCondition("Succeeded");
  const auto deadline = absl::Now() + absl::Seconds(60);
  JobStatus status;
  do {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
    status = trial_operator->Poll({&*handle, 1})->front();
  } while (status.state == JobState::kRunning);
  CAPTURE(status.message);
  CHECK(status.state == JobState::kSucceeded);
  // Of the first primary role that is there alone.
  CHECK(trial_operator->ReadLog(*handle, 0)->data == kind.primary_roles[0] + "\nloss=1\n");
  CHECK(trial_operator->ReadObservations(*handle, 0)->points.size() == 1);
  while (training.HasPods()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(20));
  }
  cluster.Kubectl({"delete", "namespace", name_space, "--wait=false"});
}

}  // namespace qalam
