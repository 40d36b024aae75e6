// What Experiment objects of a cluster say and are made into; on a real cluster it is tested in
// tests/kubernetes_cluster.
#include <catch2/catch.hpp>

#include "api/convert.h"
#include "server/cluster/experiment_edit.h"
#include "server/cluster/experiment_object.h"
#include "server/cluster/object_status.h"
#include "suggestion/registry.h"

namespace qalam::cluster {
namespace {

Json ExperimentObject() {
  return Json::parse(R"({
    "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment",
    "metadata": {"name": "a", "namespace": "team", "uid": "u-1", "resourceVersion": "7",
      "generateName": "a", "finalizers": ["another/one"], "labels": {"owner": "me"},
      "annotations": {"note": "kept", "kubectl.kubernetes.io/last-applied-configuration": "{}"}},
    "spec": {
      "objective": {"type": "minimize", "objectiveMetricName": "loss"},
      "algorithm": {"algorithmName": "random"},
      "maxTrialCount": 4, "parallelTrialCount": 2,
      "parameters": [{"name": "x", "parameterType": "double",
                      "feasibleSpace": {"min": "0", "max": "1"}}],
      "trialTemplate": {"trialParameters": [{"name": "x", "reference": "x"}],
        "trialSpec": {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": {
          "containers": [{"name": "main", "command": ["train", "${trialParameters.x}"]}]}}}}}},
    "status": {"trials": 3}})");
}

// The experiment that the object became.
ExperimentRecord RecordOf(const Json& object) {
  const auto parsed = ParseDocuments(DocumentOf(object), "object", RegisteredAlgorithms());
  REQUIRE(parsed.faults.empty());
  ExperimentDocument document = parsed.documents.front();
  document.spec.seed = 5;  // as creation chooses one
  ExperimentRecord record;
  record.name_space = "team";
  record.name = "a";
  record.document_json = ToJson(document).dump();
  return record;
}

v1::Experiment Message(v1::ExperimentState state, const std::string& reason = "") {
  v1::Experiment message;
  message.set_state(state);
  message.set_reason(reason);
  message.set_message("as it is");
  message.set_objective_metric("loss");
  *message.mutable_created() = ToProto(absl::FromUnixSeconds(1000));
  *message.mutable_started() = ToProto(absl::FromUnixSeconds(1001));
  *message.mutable_completed() = ToProto(absl::FromUnixSeconds(1002));
  return message;
}

v1::Trial TrialMessage(const std::string& name, v1::TrialState state) {
  v1::Trial trial;
  trial.set_name(name);
  trial.set_state(state);
  *trial.mutable_created() = ToProto(absl::FromUnixSeconds(1000));
  *trial.mutable_started() = ToProto(absl::FromUnixSeconds(1001));
  *trial.mutable_completed() = ToProto(absl::FromUnixSeconds(1002));
  return trial;
}

// "Created Running- Succeeded(Reason)": the conditions, those that do not hold with a dash, and the
// reason of the last one.
std::string Summary(const Json& status) {
  std::string text;
  for (const auto& condition : status["conditions"]) {
    text += condition["type"].get<std::string>();
    text += condition["status"] == "True" ? " " : "- ";
  }
  return text + status["conditions"].back()["reason"].get<std::string>();
}

}  // namespace

TEST_CASE("An object's document keeps what its user wrote and where it came from", "[cluster]") {
  const Json document = Json::parse(DocumentOf(ExperimentObject()));
  CHECK(document["metadata"] == Json::parse(R"({"name": "a", "namespace": "team",
    "labels": {"owner": "me"}, "annotations": {"note": "kept", "qalam.io/object-uid": "u-1"}})"));
  CHECK(document["spec"] == ExperimentObject()["spec"]);
  CHECK_FALSE(document.contains("status"));
  const ExperimentRecord record = RecordOf(ExperimentObject());
  CHECK(OriginOf(record) == "u-1");
  ExperimentRecord other;
  other.document_json = R"({"metadata": {"name": "a"}})";
  CHECK(OriginOf(other).empty());
}

TEST_CASE("Qalam's finalizer comes and goes beside those of others", "[cluster]") {
  Json object = ExperimentObject();
  CHECK_FALSE(HasFinalizer(object));
  const Json added = FinalizerPatch(object, true);
  CHECK(added["metadata"]["resourceVersion"] == "7");
  object["metadata"]["finalizers"] = added["metadata"]["finalizers"];
  CHECK(HasFinalizer(object));
  CHECK(FinalizerPatch(object, true)["metadata"]["finalizers"].size() == 2);
  CHECK(FinalizerPatch(object, false)["metadata"]["finalizers"] == Json::array({"another/one"}));
}

TEST_CASE("Conditions say what an experiment is as Katib's do", "[cluster]") {
  const auto summary = [](v1::ExperimentState state, const std::string& reason = "") {
    return Summary(ExperimentStatus(Message(state, reason), {}, ""));
  };
  CHECK(summary(v1::EXPERIMENT_RUNNING) == "Created Running ExperimentRunning");
  CHECK(summary(v1::EXPERIMENT_RESTARTING) == "Created Running- Restarting ExperimentRestarting");
  CHECK(summary(v1::EXPERIMENT_SUCCEEDED, "MaxTrialsReached") ==
        "Created Running- Succeeded ExperimentMaxTrialsReached");
  CHECK(summary(v1::EXPERIMENT_SUCCEEDED, "SearchSpaceExhausted") ==
        "Created Running- Succeeded ExperimentSuggestionEndReached");
  CHECK(summary(v1::EXPERIMENT_FAILED, "MaxFailedTrialsReached") ==
        "Created Running- Failed ExperimentFailed");
  CHECK(summary(v1::EXPERIMENT_STOPPED, "UserStopped") ==
        "Created Running- Failed ExperimentStopped");
  v1::Experiment waiting = Message(v1::EXPERIMENT_CREATED);
  waiting.clear_started();
  CHECK(Summary(ExperimentStatus(waiting, {}, "")) == "Created ExperimentCreated");
  v1::Experiment paused = Message(v1::EXPERIMENT_RUNNING);
  paused.set_paused(true);
  const Json status = ExperimentStatus(paused, {}, "and more");
  CHECK(status["conditions"].back()["message"] == "Experiment is paused; and more");
  CHECK(status["conditions"].back()["lastTransitionTime"] == "1970-01-01T00:16:41Z");
}

TEST_CASE("A status names trials by their state, and the objective first", "[cluster]") {
  v1::Trial best = TrialMessage("a-2", v1::TRIAL_SUCCEEDED);
  for (const char* name : {"accuracy", "loss"}) {
    auto* metric = best.add_metrics();
    metric->set_name(name);
    metric->set_min(0.25);
    metric->set_max(std::numeric_limits<double>::quiet_NaN());
    metric->set_latest(0.5);
  }
  v1::Experiment message = Message(v1::EXPERIMENT_RUNNING);
  *message.mutable_best_trial() = best;
  const Json status = ExperimentStatus(message,
                                       {TrialMessage("a-1", v1::TRIAL_RUNNING), best,
                                        TrialMessage("a-3", v1::TRIAL_METRICS_UNAVAILABLE)},
                                       "");
  CHECK(status["trials"] == 3);
  CHECK(status["runningTrialList"] == Json::array({"a-1"}));
  CHECK(status["trialsSucceeded"] == 1);
  CHECK(status["metricsUnavailableTrialList"] == Json::array({"a-3"}));
  CHECK_FALSE(status.contains("failedTrialList"));
  const Json expected = Json::parse(R"({"metrics": [
    {"name": "loss", "min": "0.25", "max": "unavailable", "latest": "0.5"},
    {"name": "accuracy", "min": "0.25", "max": "unavailable", "latest": "0.5"}]})");
  CHECK(status["currentOptimalTrial"]["observation"] == expected);
  const Json trial = TrialStatus(best, "loss");
  CHECK(Summary(trial) == "Created Running- Succeeded TrialSucceeded");
  CHECK(trial["observation"] == expected);
  CHECK(Summary(TrialStatus(TrialMessage("a", v1::TRIAL_RUNNING), "loss")) ==
        "Created Running TrialRunning");
}

TEST_CASE("A status is written when it differs, and what is over goes", "[cluster]") {
  const Json earlier = Json::parse(
      R"({"lastReconcileTime": "2026-01-01T00:00:00Z", "trialsRunning": 1, "trials": 1})");
  CHECK(StatusPatch(earlier, Json{{"trials", 1}, {"trialsRunning", 1}}, absl::Now()).is_null());
  const Json patch = StatusPatch(earlier, Json{{"trials", 2}}, absl::UnixEpoch());
  CHECK(patch == Json::parse(R"({"status": {"trials": 2, "trialsRunning": null,
                                            "lastReconcileTime": "1970-01-01T00:00:00Z"}})"));
}

TEST_CASE("A refusal keeps its time as long as it stays the same", "[cluster]") {
  const Json first = FailedStatus(Json(), kInvalidReason, "no algorithm", absl::UnixEpoch());
  CHECK(Summary(first) == "Failed InvalidExperiment");
  CHECK(FailedStatus(first, kInvalidReason, "no algorithm", absl::Now()) == first);
  CHECK(FailedStatus(first, kInvalidReason, "another", absl::Now()) != first);
  const Json running = ExperimentStatus(Message(v1::EXPERIMENT_RUNNING), {}, "");
  CHECK(Summary(FailedStatus(running, kLostReason, "gone", absl::Now())) ==
        "Created Failed ExperimentLost");
}

TEST_CASE("A message too long for an object is cut between two characters", "[cluster]") {
  std::string message(GENERATE(0, 1, 2), 'a');
  for (int i = 0; i < 20'000; ++i) message += "\xe6\x97\xa5";
  const Json failed = FailedStatus(Json::object(), kInvalidReason, message, absl::UnixEpoch());
  const Json patch = StatusPatch(Json::object(), failed, absl::UnixEpoch());
  const Json said = Json::parse(patch.dump())["status"]["conditions"].back()["message"];
  CHECK(said.get<std::string>().size() > 32'000);
  CHECK(said.get<std::string>().ends_with("\xe6\x97\xa5 ..."));
}

TEST_CASE("Of an object that is changed the counts are followed alone", "[cluster]") {
  const Json object = ExperimentObject();
  const ExperimentRecord record = RecordOf(object);
  const ObjectEdit nothing = EditOf(DocumentOf(object), record);
  CHECK_FALSE(nothing.budget);
  CHECK(nothing.refused.empty());
  Json more = object;
  more["spec"]["maxTrialCount"] = 9;
  more["spec"]["maxFailedTrialCount"] = 3;
  const ObjectEdit counts = EditOf(DocumentOf(more), record);
  REQUIRE(counts.budget);
  CHECK(counts.budget->max_trial_count() == 9);
  CHECK(counts.budget->max_failed_trial_count() == 3);
  CHECK_FALSE(counts.budget->has_parallel_trial_count());
  CHECK(counts.refused.empty());
  Json other = object;
  other["spec"]["algorithm"]["algorithmName"] = "tpe";
  other["spec"]["objective"]["goal"] = 0.5;
  const ObjectEdit refused = EditOf(DocumentOf(other), record);
  CHECK_FALSE(refused.budget);
  CHECK(refused.refused.find("not objective, algorithm") != std::string::npos);
  Json bad = object;
  bad["spec"]["maxTrialCount"] = -1;
  bad["spec"]["algorithm"]["algorithmName"] = "none-such";
  const ObjectEdit faults = EditOf(DocumentOf(bad), record);
  CHECK_FALSE(faults.budget);
  CHECK(faults.refused.find("maxTrialCount") != std::string::npos);
  CHECK(faults.refused.find("none-such") != std::string::npos);
}

}  // namespace qalam::cluster
