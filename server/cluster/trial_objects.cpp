#include "server/cluster/trial_objects.h"

#include <absl/time/clock.h>

#include "base/log.h"
#include "server/cluster/experiment_object.h"
#include "server/cluster/object_status.h"

namespace qalam::cluster {

namespace {

using kubernetes::MetadataText;

// By which Katib's own tools find an experiment's trials.
constexpr char kExperimentLabel[] = "katib.kubeflow.org/experiment";

bool IsOwnedBy(const Json& object, const std::string& uid) {
  const Json metadata = object.value("metadata", Json::object());
  for (const auto& owner : metadata.value("ownerReferences", Json::array())) {
    if (owner.value("uid", "") == uid) return true;
  }
  return false;
}

Json TrialObject(const Json& experiment, const v1::Trial& trial) {
  Json assignments = Json::array();
  for (const auto& parameter : trial.parameters()) {
    assignments.push_back({{"name", parameter.name()}, {"value", parameter.value()}});
  }
  Json object = {{"apiVersion", kTrials.api_version}, {"kind", kTrials.kind}};
  object["metadata"] = {
      {"name", trial.name()},
      {"namespace", MetadataText(experiment, "namespace")},
      {"labels", {{kExperimentLabel, MetadataText(experiment, "name")}}},
      {"ownerReferences", Json::array({OwnerReference(MetadataText(experiment, "name"),
                                                      MetadataText(experiment, "uid"))})}};
  const Json spec = experiment.value("spec", Json::object());
  object["spec"] = {{"objective", spec.value("objective", Json::object())},
                    {"parameterAssignments", assignments}};
  return object;
}

kubernetes::ObjectPath TrialPath(const Json& experiment, const std::string& trial,
                                 const std::string& subresource = "") {
  return {kTrials, MetadataText(experiment, "namespace"), trial, subresource};
}

}  // namespace

Status TrialObjects::ReadKnown(const Json& experiment, kubernetes::Cancellation& cancellation) {
  const std::string selector =
      fmt::format("{}={}", kExperimentLabel, MetadataText(experiment, "name"));
  ASSIGN_OR_RETURN(const auto listed,
                   client_.List(TrialPath(experiment, ""), selector, &cancellation));
  const std::string uid = MetadataText(experiment, "uid");
  for (const auto& object : listed.items) {
    if (!IsOwnedBy(object, uid)) continue;
    statuses_[MetadataText(object, "name")] = object.value("status", Json::object());
  }
  has_read_ = true;
  return absl::OkStatus();
}

// Whether the object is there and the experiment's.
StatusOr<bool> TrialObjects::Make(const Json& experiment, const v1::Trial& trial,
                                  kubernetes::Cancellation& cancellation) {
  const auto made =
      client_.Create(TrialPath(experiment, ""), TrialObject(experiment, trial), &cancellation);
  if (made.status().code() != StatusCode::kAlreadyExists) {
    RETURN_IF_ERROR(made.status());
    return true;
  }
  ASSIGN_OR_RETURN(const auto object,
                   client_.Get(TrialPath(experiment, trial.name()), &cancellation));
  if (IsOwnedBy(object, MetadataText(experiment, "uid"))) return true;
  Logger("cluster").Warn(
      "a Trial object of somebody else has the trial's name",
      {{"namespace", MetadataText(experiment, "namespace")}, {"trial", trial.name()}});
  return false;
}

Status TrialObjects::Show(const Json& experiment, const std::string& objective,
                          const std::vector<v1::Trial>& trials,
                          kubernetes::Cancellation& cancellation) {
  if (!has_read_) RETURN_IF_ERROR(ReadKnown(experiment, cancellation));
  for (const auto& trial : trials) {
    const Json status = TrialStatus(trial, objective);
    auto known = statuses_.find(trial.name());
    if (known == statuses_.end()) {
      ASSIGN_OR_RETURN(const bool is_ours, Make(experiment, trial, cancellation));
      known = statuses_.emplace(trial.name(), is_ours ? Json::object() : Json()).first;
    }
    if (known->second.is_null()) continue;
    const Json patch = StatusPatch(known->second, status, absl::Now());
    if (patch.is_null()) continue;
    const auto patched =
        client_.MergePatch(TrialPath(experiment, trial.name(), "status"), patch, &cancellation);
    if (patched.status().code() == StatusCode::kNotFound) {
      statuses_.erase(known);  // somebody has deleted it: it is made anew next time
      continue;
    }
    RETURN_IF_ERROR(patched.status());
    known->second = status;
  }
  return absl::OkStatus();
}

}  // namespace qalam::cluster
