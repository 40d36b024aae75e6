#include "controller/operators/kubernetes/trial_object.h"

#include <algorithm>

#include "base/random.h"
#include "controller/operators/kubernetes/collector_container.h"
#include "controller/operators/kubernetes/pod_templates.h"
#include "controller/operators/kubernetes/trial_check.h"

namespace qalam {

namespace {

constexpr size_t kLongestLabel = 63;

bool IsLabelValue(const std::string& text) {
  const auto is_plain = [](unsigned char c) { return std::isalnum(c) != 0 && c < 128; };
  if (text.empty() || text.size() > kLongestLabel) return false;
  if (!is_plain(text.front()) || !is_plain(text.back())) return false;
  return std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return is_plain(c) || c == '-' || c == '_' || c == '.';
  });
}

// Over those that the manifest has.
void SetLabels(const TrialJob& job, Json& object) {
  Json& labels = object["metadata"]["labels"];
  const auto set = [&](const char* name, const std::string& value) {
    if (IsLabelValue(value)) labels[name] = value;
  };
  set(kManagedByLabel, kManagedBy);
  set("qalam.io/experiment", job.experiment_name);
  set("qalam.io/trial", job.name);
  set(kTrialUidLabel, job.uid);
  set(kRunLabel, std::to_string(job.retries));
}

bool Has(const Json& resources, const char* name) {
  for (const char* kind : {"requests", "limits"}) {
    if (resources.contains(kind) && resources[kind].is_object() && resources[kind].contains(name)) {
      return true;
    }
  }
  return false;
}

// What the trial asks for, where the container says nothing about it.
void FillInResources(const Resources& asked, Json& container) {
  const Json given = container.value("resources", Json::object());
  const auto set = [&](const char* kind, const char* name, const std::string& amount) {
    container["resources"][kind][name] = amount;
  };
  if (asked.cpu > 0 && !Has(given, "cpu")) {
    set("requests", "cpu", fmt::format("{}m", static_cast<int64_t>(asked.cpu * 1000 + 0.5)));
  }
  if (asked.memory_bytes > 0 && !Has(given, "memory")) {
    set("requests", "memory", std::to_string(asked.memory_bytes));
    set("limits", "memory", std::to_string(asked.memory_bytes));
  }
  if (asked.gpu > 0 && !Has(given, "nvidia.com/gpu")) {
    set("limits", "nvidia.com/gpu", std::to_string(asked.gpu));
  }
}

StatusOr<Json> MakeOfSoundManifest(const TrialJob& job, const TrialObjectOptions& options) {
  Json object = job.manifest;
  Json& metadata = object["metadata"];
  if (!metadata.is_object()) metadata = Json::object();
  metadata["name"] = TrialObjectName(job);
  metadata["namespace"] = options.name_space;
  metadata.erase("generateName");
  metadata["annotations"][kFolderAnnotation] = job.directory;
  SetLabels(job, object);
  // An owner is sought in the object's own namespace, and one that is not there counts as deleted.
  if (options.owner && options.name_space == job.name_space) {
    const Json owner = options.owner(job);
    if (!owner.is_null()) metadata["ownerReferences"] = Json::array({owner});
  }
  for (const auto& one : FindPodTemplates(object)) {
    if (!one.place.empty()) SetLabels(job, *one.pod);
  }
  std::vector<Fault> faults;
  const auto containers =
      FindPrimaryContainers(object, {job.primary_container_name, job.primary_pod_labels}, faults);
  if (NeedsCollector(job.collector) && !faults.empty()) {
    return InvalidArgument("trialSpec{}{}: {}", faults[0].field.empty() ? "" : ".", faults[0].field,
                           faults[0].message);
  }
  for (const auto& one : containers) {
    FillInResources(job.resources, *one.container);
    if (!NeedsCollector(job.collector)) continue;
    RETURN_IF_ERROR(WithContext(
        PutUnderCollector(job,
                          {options.collector_image, options.grace_seconds, options.trial_token},
                          *one.pod, *one.container),
        "trialSpec." + one.place));
  }
  return object;
}

}  // namespace

std::string TrialObjectName(const TrialJob& job) {
  const std::string suffix = job.retries > 0 ? fmt::format("-run-{}", job.retries + 1) : "";
  if (job.name.size() + suffix.size() <= kLongestLabel) return job.name + suffix;
  // The hash keeps apart what is cut to the same text.
  const std::string hash = fmt::format("-{:08x}", StableHash(job.name) & 0xFFFFFFFF);
  return job.name.substr(0, kLongestLabel - suffix.size() - hash.size()) + hash + suffix;
}

std::string TrialMark(const TrialJob& job) { return fmt::format("{}/{}", job.uid, job.retries); }

StatusOr<Json> MakeTrialObject(const TrialJob& job, const TrialObjectOptions& options) {
  try {
    return MakeOfSoundManifest(job, options);
  } catch (const Json::exception& error) {
    // A field that is of another kind than Kubernetes has it.
    return InvalidArgument("trialSpec: {}", error.what());
  }
}

}  // namespace qalam
