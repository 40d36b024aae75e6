#include "server/cluster/experiment_object.h"

#include <algorithm>

namespace qalam::cluster {

namespace {

// What kubectl notes for itself: a copy of the whole object.
constexpr char kLastApplied[] = "kubectl.kubernetes.io/last-applied-configuration";

Json Finalizers(const Json& object) {
  const auto metadata = object.find("metadata");
  if (metadata == object.end() || !metadata->is_object()) return Json::array();
  const auto found = metadata->find("finalizers");
  return found != metadata->end() && found->is_array() ? *found : Json::array();
}

}  // namespace

std::string DocumentOf(const Json& object) {
  Json document = {{"apiVersion", kExperiments.api_version}, {"kind", kExperiments.kind}};
  Json& metadata = document["metadata"];
  metadata["name"] = kubernetes::MetadataText(object, "name");
  metadata["namespace"] = kubernetes::MetadataText(object, "namespace");
  const Json given = object.value("metadata", Json::object());
  if (given.contains("labels")) metadata["labels"] = given["labels"];
  metadata["annotations"] = given.value("annotations", Json::object());
  metadata["annotations"].erase(kLastApplied);
  metadata["annotations"][kOriginAnnotation] = kubernetes::MetadataText(object, "uid");
  document["spec"] = object.value("spec", Json());
  return document.dump(2);
}

std::string OriginOf(const ExperimentRecord& experiment) {
  const Json document = Json::parse(experiment.document_json, nullptr, false);
  return document.is_object()
             ? kubernetes::MetadataEntry(document, "annotations", kOriginAnnotation)
             : "";
}

Json OwnerReference(const std::string& name, const std::string& uid) {
  return {{"apiVersion", kExperiments.api_version},
          {"kind", kExperiments.kind},
          {"name", name},
          {"uid", uid},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

bool HasFinalizer(const Json& object) {
  const Json finalizers = Finalizers(object);
  return std::find(finalizers.begin(), finalizers.end(), Json(kFinalizer)) != finalizers.end();
}

bool IsBeingDeleted(const Json& object) {
  return !kubernetes::MetadataText(object, "deletionTimestamp").empty();
}

Json FinalizerPatch(const Json& object, bool present) {
  Json finalizers = Json::array();
  for (const auto& finalizer : Finalizers(object)) {
    if (finalizer != Json(kFinalizer)) finalizers.push_back(finalizer);
  }
  if (present) finalizers.push_back(kFinalizer);
  return {{"metadata",
           {{"resourceVersion", kubernetes::MetadataText(object, "resourceVersion")},
            {"finalizers", finalizers}}}};
}

}  // namespace qalam::cluster
