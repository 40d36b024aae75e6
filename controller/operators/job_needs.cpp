#include "controller/operators/job_needs.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <vector>

#include "api/distributed_job.h"
#include "controller/operators/primary_container.h"
#include "controller/operators/quantity.h"

namespace qalam {

namespace {

constexpr double kMostCores = 1e6;
constexpr double kMostBytes = 0x1p62;
constexpr double kMostGpus = 1024;

std::optional<std::string> TextAt(const Json& manifest, const std::string& pointer) {
  const Json::json_pointer place(pointer);
  if (!manifest.is_structured() || !manifest.contains(place)) return std::nullopt;
  const Json& value = manifest[place];
  if (value.is_null()) return std::nullopt;
  auto text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find("${") != std::string::npos) return std::nullopt;
  return text;
}

// The first of `pointers` that is given; 0 when none is.
StatusOr<double> Amount(const Json& container, std::initializer_list<const char*> pointers,
                        double most) {
  for (const char* pointer : pointers) {
    const auto text = TextAt(container, pointer);
    if (!text) continue;
    const auto amount = ParseQuantity(*text);
    if (amount && *amount <= most) return *amount;
    return InvalidArgument("the container's {}: \"{}\" should be an amount, e.g. 500m, 2 or 2Gi",
                           std::string(pointer).substr(1), *text);
  }
  return 0.0;
}

StatusOr<Resources> ContainerResources(const Json& container) {
  Resources resources;
  ASSIGN_OR_RETURN(
      resources.cpu,
      Amount(container, {"/resources/requests/cpu", "/resources/limits/cpu"}, kMostCores));
  ASSIGN_OR_RETURN(
      const double memory,
      Amount(container, {"/resources/limits/memory", "/resources/requests/memory"}, kMostBytes));
  resources.memory_bytes = static_cast<uint64_t>(memory);
  // In a pointer ~1 is a slash.
  ASSIGN_OR_RETURN(const double gpus, Amount(container,
                                             {"/resources/limits/nvidia.com~1gpu",
                                              "/resources/requests/nvidia.com~1gpu"},
                                             kMostGpus));
  if (gpus != std::floor(gpus)) {
    return InvalidArgument("the container's nvidia.com/gpu: {:g} should be a whole number", gpus);
  }
  resources.gpu = static_cast<int>(gpus);
  return resources;
}

// Of a distributed job, what all of its replicas take together. A manifest without such a container
// is the engine's to refuse.
StatusOr<Resources> ManifestResources(const Json& manifest, const std::string& container_name) {
  const DistributedKind* kind = FindDistributedKind(manifest);
  if (kind == nullptr) {
    const auto container = FindPrimaryContainer(manifest, container_name);
    if (!container.ok()) return Resources();
    return ContainerResources(**container);
  }
  std::vector<Fault> faults;
  Resources all;
  for (const auto& group : ReadReplicaGroups(*kind, manifest, container_name, faults)) {
    if (group.container == nullptr) continue;
    ASSIGN_OR_RETURN(const auto each, ContainerResources(*group.container));
    all.cpu += group.replicas * each.cpu;
    all.memory_bytes += static_cast<uint64_t>(group.replicas) * each.memory_bytes;
    all.gpu += group.replicas * each.gpu;
  }
  return all;
}

}  // namespace

StatusOr<JobNeeds> NeedsOf(const TrialTemplate& trial_template, const Json& manifest) {
  JobNeeds needs;
  if (trial_template.resources) {
    needs.resources = *trial_template.resources;
  } else {
    ASSIGN_OR_RETURN(needs.resources,
                     ManifestResources(manifest, trial_template.primary_container_name));
  }
  needs.timeout_seconds = trial_template.timeout_seconds;
  for (const char* pointer :
       {"/spec/activeDeadlineSeconds", "/spec/template/spec/activeDeadlineSeconds",
        "/spec/runPolicy/activeDeadlineSeconds"}) {
    const auto text = TextAt(manifest, pointer);
    if (!text) continue;
    const auto seconds = ParseQuantity(*text);
    if (!seconds || *seconds <= 0) {
      return InvalidArgument("trialSpec{}: \"{}\" should be a number of seconds above 0", pointer,
                             *text);
    }
    needs.timeout_seconds = std::min(*seconds, needs.timeout_seconds.value_or(*seconds));
  }
  return needs;
}

}  // namespace qalam
