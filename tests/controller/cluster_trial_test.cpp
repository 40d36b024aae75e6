// What the operator of a cluster makes of manifests, pods and ends, without a cluster.
#include <catch2/catch.hpp>

#include "controller/operators/kubernetes/pod_state.h"
#include "controller/operators/kubernetes/pod_templates.h"
#include "controller/operators/kubernetes/trial_check.h"
#include "controller/operators/kubernetes/trial_end.h"
#include "controller/operators/kubernetes/trial_object.h"

namespace qalam {
namespace {

Json Container(const std::string& name) {
  return {{"name", name}, {"image", "i"}, {"command", {"python", "train.py"}}};
}
Json PodOf(const Json& containers) { return {{"spec", {{"containers", containers}}}}; }
Json JobOf(const Json& containers) {
  return {{"apiVersion", "batch/v1"}, {"kind", "Job"}, {"spec", {{"template", PodOf(containers)}}}};
}
Json PyTorchOf(const Json& roles) {
  return {{"apiVersion", "kubeflow.org/v1"},
          {"kind", "PyTorchJob"},
          {"spec", {{"pytorchReplicaSpecs", roles}}}};
}
Json RoleOf(int replicas) {
  return {{"replicas", replicas},
          {"template", PodOf(Json::array({Container("pytorch"), Container("other")}))}};
}

TrialJob ClusterJob(const Json& manifest) {
  TrialJob job;
  job.uid = "0a1b";
  job.name = "digits-3";
  job.experiment_name = "digits";
  job.directory = "/work/digits-3";
  job.metric_names = {"loss"};
  job.manifest = manifest;
  return job;
}

std::vector<std::string> Places(const Json& manifest, const PrimaryChoice& choice,
                                std::vector<Fault>* faults = nullptr) {
  Json copy = manifest;
  std::vector<Fault> found;
  std::vector<std::string> places;
  for (const auto& one : FindPrimaryContainers(copy, choice, found)) places.push_back(one.place);
  if (faults != nullptr) *faults = found;
  return places;
}

}  // namespace

TEST_CASE("The primary container is found in a manifest of any kind", "[cluster_trial]") {
  using Strings = std::vector<std::string>;
  CHECK(Places(JobOf(Json::array({Container("main")})), {}) ==
        Strings{"spec.template.spec.containers[0]"});
  CHECK(Places(JobOf(Json::array({Container("a"), Container("b")})), {.container = "b"}) ==
        Strings{"spec.template.spec.containers[1]"});
  Json pod = PodOf(Json::array({Container("main")}));
  CHECK(Places(pod, {}) == Strings{"spec.containers[0]"});
  // Of a distributed kind the primary role's, by the kind's own name.
  CHECK(Places(PyTorchOf({{"Worker", RoleOf(2)}, {"Master", RoleOf(1)}}), {}) ==
        Strings{"spec.pytorchReplicaSpecs.Master.template.spec.containers[0]"});
  CHECK(Places(PyTorchOf({{"Worker", RoleOf(2)}}), {.container = "other"}) ==
        Strings{"spec.pytorchReplicaSpecs.Worker.template.spec.containers[1]"});
  // Of another kind those that have the labels, or all that may get them.
  Json one = PodOf(Json::array({Container("main")})), two = PodOf(Json::array({Container("main")}));
  two["metadata"]["labels"]["role"] = "chief";
  const Json other = {{"kind", "X"}, {"spec", {{"list", {{{"template", one}}, {{"pod", two}}}}}}};
  CHECK(Places(other, {.labels = {{"role", "chief"}}}) ==
        Strings{"spec.list[1].pod.spec.containers[0]"});
  CHECK(Places(other, {.labels = {{"given", "later"}}}).size() == 2);

  std::vector<Fault> faults;
  Places(JobOf(Json::array({Container("a"), Container("b")})), {}, &faults);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].field == "spec.template.spec.containers");
  CHECK_THAT(faults[0].message, Catch::Contains("primaryContainerName"));
  Places(JobOf(Json::array({Container("a")})), {.container = "b"}, &faults);
  CHECK_THAT(faults.at(0).message, Catch::Contains("none is named \"b\""));
  Places({{"kind", "X"}, {"spec", Json::object()}}, {}, &faults);
  CHECK_THAT(faults.at(0).message, Catch::Contains("no pod template"));
}

TEST_CASE("A trial's object has its name, labels and collector", "[cluster_trial]") {
  TrialJob job = ClusterJob(JobOf(Json::array({Container("main")})));
  job.manifest["metadata"] = {{"generateName", "x-"}, {"labels", {{"mine", "kept"}}}};
  job.collector.metric_formats = {"$(HOME) ([a-z]+)=([0-9.]+)"};
  Json& container = job.manifest["spec"]["template"]["spec"]["containers"][0];
  container["args"] = {"--lr", "$(LR)"};
  container["env"] = Json::array({{{"name", "QALAM_TRIAL_NAME"}, {"value", "own"}}});
  const auto made = MakeTrialObject(job, {.name_space = "ns", .collector_image = "collector:1"});
  INFO(Message(made.status()));
  REQUIRE(made.ok());
  const Json& object = *made;
  CHECK(object["metadata"]["name"] == "digits-3");
  CHECK(object["metadata"]["namespace"] == "ns");
  CHECK_FALSE(object["metadata"].contains("generateName"));
  CHECK(object["metadata"]["annotations"][kFolderAnnotation] == "/work/digits-3");
  const Json& pod = object["spec"]["template"];
  for (const Json* labels : {&object["metadata"]["labels"], &pod["metadata"]["labels"]}) {
    CHECK((*labels)[kManagedByLabel] == "qalam");
    CHECK((*labels)["qalam.io/experiment"] == "digits");
    CHECK((*labels)[kTrialUidLabel] == "0a1b");
    CHECK((*labels)[kRunLabel] == "0");
  }
  CHECK(object["metadata"]["labels"]["mine"] == "kept");

  const Json& wrapped = pod["spec"]["containers"][0];
  const Json& command = wrapped["command"];
  REQUIRE(command.size() == 7);
  CHECK(command[0] == "/qalam-collector/qalam-collector");
  CHECK(command[1] == "--container");
  CHECK(command[2] == TrialMark(job));
  // The kubelet replaces $(NAME); in what the collector is told it must not.
  const auto settings = command[3].get<std::string>();
  CHECK(settings.find("$$(HOME)") != std::string::npos);
  CHECK(command[4] == "--");
  CHECK(command[5] == "python");
  CHECK(wrapped["args"] == container["args"]);
  // The manifest's own comes last, and so counts.
  CHECK(wrapped["env"].back()["value"] == "own");
  CHECK(pod["spec"]["initContainers"][0]["image"] == "collector:1");
  CHECK(pod["spec"]["volumes"].size() == 1);
  CHECK(wrapped["volumeMounts"][0]["readOnly"] == true);
}

TEST_CASE("What cannot be put under the collector is refused with its field", "[cluster_trial]") {
  const auto message = [](const Json& manifest) {
    return Message(MakeTrialObject(ClusterJob(manifest), {}).status());
  };
  Json bare = Container("main");
  bare.erase("command");
  CHECK_THAT(message(JobOf(Json::array({bare}))),
             Catch::StartsWith("trialSpec.spec.template.spec.containers[0]: command: missing") &&
                 Catch::Contains("ENTRYPOINT"));
  Json odd = JobOf(Json::array({Container("main")}));
  odd["spec"]["template"]["spec"]["volumes"] = "none";
  CHECK_THAT(message(odd), Catch::StartsWith("trialSpec: "));
  // Without a collector anything goes.
  TrialJob job = ClusterJob(JobOf(Json::array({bare})));
  job.collector.kind = CollectorKind::kNone;
  const auto object = MakeTrialObject(job, {});
  REQUIRE(object.ok());
  CHECK_FALSE((*object)["spec"]["template"]["spec"].contains("initContainers"));
}

TEST_CASE("The trial's resources fill in what its container does not say", "[cluster_trial]") {
  TrialJob job = ClusterJob(JobOf(Json::array({Container("main")})));
  job.resources = {.cpu = 1.5, .memory_bytes = 1 << 20, .gpu = 1};
  job.manifest["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]["memory"] = "1G";
  const Json object = *MakeTrialObject(job, {});
  const Json& resources = object["spec"]["template"]["spec"]["containers"][0]["resources"];
  CHECK(resources["requests"]["cpu"] == "1500m");
  CHECK_FALSE(resources["requests"].contains("memory"));
  CHECK(resources["limits"]["memory"] == "1G");
  CHECK(resources["limits"]["nvidia.com/gpu"] == "1");
}

TEST_CASE("Names of trials' objects are apart, and short enough for labels", "[cluster_trial]") {
  TrialJob job = ClusterJob({});
  CHECK(TrialObjectName(job) == "digits-3");
  job.retries = 2;
  CHECK(TrialObjectName(job) == "digits-3-run-3");
  job.name = std::string(63, 'n');
  const std::string cut = TrialObjectName(job);
  CHECK(cut.size() == 63);
  CHECK(cut.ends_with("-run-3"));
  job.name.back() = 'm';
  CHECK(TrialObjectName(job) != cut);
  job.retries = 0;
  CHECK(TrialObjectName(job) == job.name);
}

TEST_CASE("What a cluster cannot run is told with its field, all of it", "[cluster_trial]") {
  ExperimentSpec spec;
  spec.algorithm.name = "pbt";
  spec.metrics_collector.kind = CollectorKind::kCustom;
  spec.trial_template.trial_spec = {{"apiVersion", "v1"}, {"kind", "X"}, {"spec", Json::object()}};
  spec.trial_template.success_condition = "status.(";
  spec.trial_template.failure_condition = "#(";
  std::string told;
  for (const auto& fault : CheckClusterTrials(spec)) told += fault.ToString() + "\n";
  CAPTURE(told);
  for (const char* part : {"spec.metricsCollectorSpec.collector.kind: Custom is not available",
                           "spec.algorithm.algorithmName: pbt is not available",
                           "spec.trialTemplate.failureCondition: column 3: ",
                           "spec.trialTemplate.trialSpec: has no pod template"}) {
    CAPTURE(part);
    CHECK(told.find(part) != std::string::npos);
  }
  spec.algorithm.name = "random";
  spec.metrics_collector.kind = CollectorKind::kStdOut;
  spec.trial_template.trial_spec = JobOf(Json::array({Container("main")}));
  spec.trial_template.success_condition = spec.trial_template.failure_condition = "";
  CHECK(CheckClusterTrials(spec).empty());
}

TEST_CASE("A pod's state is read from its status", "[cluster_trial]") {
  const auto read = [](const char* text) { return ReadPodState(Json::parse(text), "main"); };
  auto state = read(R"({"status": {"phase": "Pending", "conditions": [{"type": "PodScheduled",
    "status": "False", "reason": "Unschedulable", "message": "0/2 nodes"}]}})");
  CHECK(state.waiting_reason == "Unschedulable");
  CHECK(state.waiting_message == "0/2 nodes");
  CHECK_FALSE(state.has_started);

  state = read(R"({"status": {"phase": "Pending", "containerStatuses": [{"name": "main",
    "state": {"waiting": {"reason": "PodInitializing"}}}], "initContainerStatuses": [{"name":
    "qalam-collector", "state": {"waiting": {"reason": "ImagePullBackOff", "message": "no"}}}]}})");
  CHECK(state.waiting_reason == "ImagePullBackOff");
  CHECK(state.waiting_message == "init container qalam-collector: no");

  state = read(R"({"status": {"phase": "Running", "containerStatuses": [
    {"name": "side", "state": {"terminated": {"exitCode": 1}}},
    {"name": "main", "restartCount": 2, "state": {"running": {}}}]}})");
  CHECK(state.has_started);
  CHECK_FALSE(state.has_ended);
  CHECK(state.restarts == 2);

  state = read(R"({"status": {"phase": "Failed", "containerStatuses": [{"name": "main",
    "state": {"terminated": {"exitCode": 137, "reason": "OOMKilled", "message": "words"}}}]}})");
  CHECK(state.has_ended);
  CHECK(state.exit_code == 137);
  CHECK(state.end_reason == "OOMKilled");
  CHECK(state.end_message == "words");
  CHECK(state.lost_reason.empty());

  CHECK(read(R"({"status": {"phase": "Failed", "reason": "Evicted"}})").lost_reason ==
        "PodEvicted");
  CHECK(read(R"({"status": {"phase": "Failed", "conditions": [{"type": "DisruptionTarget",
    "status": "True", "message": "preempted"}]}})")
            .lost_message == "preempted");
  CHECK(read(R"({"status": {"phase": "Failed", "containerStatuses": [{"name": "main", "state":
    {"terminated": {"exitCode": 137, "reason": "ContainerStatusUnknown"}}}]}})")
            .lost_reason == "NodeLost");
  CHECK(read("{}").waiting_reason.empty());
}

TEST_CASE("The primary pod is the first replica, and the latest of its kind", "[cluster_trial]") {
  const auto pod = [](const char* name, const char* created, const Json& labels) {
    return Json{{"metadata", {{"name", name}, {"creationTimestamp", created}, {"labels", labels}}}};
  };
  const Json old = pod("old", "2026-01-01T00:00:00Z", Json::object());
  const Json young = pod("young", "2026-01-01T00:00:01Z", Json::object());
  CHECK(ChoosePrimaryPod({&young, &old}, {}, "") == &young);
  CHECK(ChoosePrimaryPod({}, {}, "") == nullptr);
  const char* const type = "training.kubeflow.org/replica-type";
  const char* const index = "training.kubeflow.org/replica-index";
  const Json first = pod("w0", "2026-01-01T00:00:00Z", {{type, "worker"}, {index, "0"}});
  const Json second = pod("w1", "2026-01-01T00:00:05Z", {{type, "worker"}, {index, "1"}});
  const Json server = pod("ps", "2026-01-01T00:00:09Z", {{type, "ps"}, {index, "0"}});
  CHECK(ChoosePrimaryPod({&first, &second, &server}, {}, "Worker") == &first);
  CHECK(ChoosePrimaryPod({&first, &second, &server}, {{index, "1"}}, "Worker") == &second);
  CHECK(ChoosePrimaryPod({&first}, {{index, "7"}}, "Worker") == nullptr);
}

TEST_CASE("How a trial in a cluster has ended follows from all that is known", "[cluster_trial]") {
  using collector::Ending;
  const Judgement open, done{Verdict::kSucceeded, "", ""}, failed{Verdict::kFailed, "", "backoff"};
  const collector::Result good{Ending::kExited, 0, "the command exited with status 0"};
  const collector::Result bad{Ending::kExited, 3, "the command exited with status 3"};
  const collector::Result told{Ending::kCancelled, 15, "the command was killed"};
  PodState pod{.name = "p", .node = "n", .has_started = true, .has_ended = true};
  PodState evicted = pod, oom = pod, unstartable = pod;
  evicted.lost_reason = "PodEvicted";
  evicted.lost_message = "the node was low on memory";
  oom.exit_code = 137;
  oom.end_reason = "OOMKilled";
  unstartable.exit_code = 128;
  unstartable.end_reason = "StartError";
  unstartable.end_message = "no such program";
  struct Case {
    const char* name;
    TrialEvidence evidence;
    JobState state;  // kUnknown: it has not ended
    const char* reason;
    const char* message_part;
  };
  const std::vector<Case> cases = {
      {"running", {.pod = pod, .log_complete = true}, JobState::kUnknown, "", ""},
      {"its program is done, its object not",
       {.judgement = open, .pod = pod, .log_complete = true, .result = good},
       JobState::kUnknown,
       "",
       ""},
      {"its log is coming", {.judgement = done, .pod = pod}, JobState::kUnknown, "", ""},
      {"done",
       {.judgement = done, .pod = pod, .log_complete = true, .result = good},
       JobState::kSucceeded,
       "Exited",
       "status 0"},
      {"done, of no collector",
       {.judgement = done, .log_complete = true},
       JobState::kSucceeded,
       "Exited",
       "succeeded"},
      {"failed",
       {.judgement = failed, .pod = pod, .log_complete = true, .result = bad},
       JobState::kFailed,
       "ExitCode",
       "status 3"},
      {"out of memory",
       {.judgement = failed, .pod = oom, .log_complete = true},
       JobState::kFailed,
       "Signal",
       "signal 9, being out of memory"},
      {"no such program",
       {.judgement = failed, .pod = unstartable, .log_complete = true},
       JobState::kFailed,
       "StartFailed",
       "no such program"},
      {"a deadline of the object",
       {.judgement = {Verdict::kFailed, "DeadlineExceeded", "late"}, .log_complete = true},
       JobState::kFailed,
       "Timeout",
       "late"},
      {"another reason of the object",
       {.judgement = {Verdict::kFailed, "Odd", "so"}, .log_complete = true},
       JobState::kFailed,
       "ConditionFailed",
       "so (Odd)"},
      {"evicted",
       {.judgement = failed, .pod = evicted, .log_complete = true, .result = told},
       JobState::kFailed,
       "PodEvicted",
       "low on memory"},
      {"its pod was deleted",
       {.judgement = failed, .pod = pod, .log_complete = true, .result = told},
       JobState::kFailed,
       "PodDeleted",
       "p was deleted"},
      {"its object was deleted",
       {.object_gone = true, .pod = pod, .log_complete = true, .result = told},
       JobState::kFailed,
       "ObjectDeleted",
       "somebody else"},
      {"it is being deleted",
       {.cancelled = true, .pod = pod, .log_complete = true, .result = told},
       JobState::kUnknown,
       "",
       ""},
      {"cancelled",
       {.cancelled = true, .object_gone = true, .pod = pod, .log_complete = true, .result = told},
       JobState::kKilled,
       "Cancelled",
       "was killed"},
      {"cancelled, but quicker",
       {.cancelled = true, .judgement = done, .pod = pod, .log_complete = true, .result = good},
       JobState::kSucceeded,
       "Exited",
       ""},
      {"failed because cancelled",
       {.cancelled = true, .judgement = failed, .pod = pod, .log_complete = true, .result = told},
       JobState::kKilled,
       "Cancelled",
       ""},
      // These are ends whatever the object's controller would do next.
      {"its time was up",
       {.pod = pod,
        .log_complete = true,
        .result = collector::Result{Ending::kTimeout, 15, "late"}},
       JobState::kFailed,
       "Timeout",
       "late"},
      {"stopped early",
       {.pod = pod,
        .log_complete = true,
        .result = collector::Result{Ending::kEarlyStopped, 15, "hopeless"}},
       JobState::kKilled,
       kEarlyStoppedReason,
       "hopeless"},
      {"its log was cut",
       {.judgement = done, .pod = pod, .log_complete = true, .result = good, .missing_bytes = 7},
       JobState::kSucceeded,
       "Exited",
       "7 bytes of its output were lost"},
  };
  for (const auto& test : cases) {
    CAPTURE(test.name);
    const auto status = JudgeTrialEnd(test.evidence);
    REQUIRE(status.has_value() == (test.state != JobState::kUnknown));
    if (!status) continue;
    CAPTURE(status->message);
    CHECK(status->state == test.state);
    CHECK(status->reason == test.reason);
    CHECK(status->message.find(test.message_part) != std::string::npos);
  }
}

}  // namespace qalam
