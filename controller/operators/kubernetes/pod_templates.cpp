#include "controller/operators/kubernetes/pod_templates.h"

#include <algorithm>

#include "api/distributed_job.h"

namespace qalam {

namespace {

constexpr int kDeepestTemplate = 32;

Json* ChildOf(Json& object, const char* field) {
  if (!object.is_object()) return nullptr;
  const auto entry = object.find(field);
  return entry == object.end() ? nullptr : &*entry;
}

Json* ContainersOf(Json& pod) {
  Json* spec = ChildOf(pod, "spec");
  Json* containers = spec == nullptr ? nullptr : ChildOf(*spec, "containers");
  return containers != nullptr && containers->is_array() && !containers->empty() ? containers
                                                                                 : nullptr;
}

void FindIn(Json& value, const std::string& place, int depth, std::vector<PodTemplate>& found) {
  if (depth > kDeepestTemplate || !value.is_structured()) return;
  if (ContainersOf(value) != nullptr) {
    found.push_back({&value, place});
    return;
  }
  if (value.is_array()) {
    for (size_t i = 0; i < value.size(); ++i) {
      FindIn(value[i], fmt::format("{}[{}]", place, i), depth + 1, found);
    }
    return;
  }
  for (auto& [name, child] : value.items()) {
    FindIn(child, place.empty() ? name : place + "." + name, depth + 1, found);
  }
}

bool HasLabels(Json& pod, const std::map<std::string, std::string>& labels) {
  Json* metadata = ChildOf(pod, "metadata");
  const Json* given = metadata == nullptr ? nullptr : ChildOf(*metadata, "labels");
  if (given == nullptr || !given->is_object()) return labels.empty();
  return std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
    const auto entry = given->find(label.first);
    return entry != given->end() && *entry == label.second;
  });
}

// Those of the first of the kind's primary roles that is there.
std::vector<PodTemplate> OfPrimaryRole(const DistributedKind& kind,
                                       const std::vector<PodTemplate>& templates) {
  for (const auto& role : kind.primary_roles) {
    const std::string place = "spec." + kind.replica_specs + "." + role + ".";
    std::vector<PodTemplate> of_role;
    for (const auto& one : templates) {
      if (one.place.starts_with(place)) of_role.push_back(one);
    }
    if (!of_role.empty()) return of_role;
  }
  return {};
}

Json* ContainerNamed(Json& containers, const std::string& name) {
  for (Json& container : containers) {
    if (container.is_object() && container.value("name", Json()) == name) return &container;
  }
  return nullptr;
}

}  // namespace

std::vector<PodTemplate> FindPodTemplates(Json& manifest) {
  std::vector<PodTemplate> found;
  FindIn(manifest, "", 0, found);
  return found;
}

std::string PrimaryContainerName(const Json& manifest, const std::string& given) {
  const DistributedKind* kind = FindDistributedKind(manifest);
  return given.empty() && kind != nullptr ? kind->container : given;
}

std::vector<PrimaryContainer> FindPrimaryContainers(Json& manifest, const PrimaryChoice& choice,
                                                    std::vector<Fault>& faults) {
  const auto add_fault = [&](const std::string& field, const std::string& message) {
    faults.push_back({"", 0, 0, field, message});
  };
  const DistributedKind* kind = FindDistributedKind(manifest);
  auto templates = FindPodTemplates(manifest);
  if (kind != nullptr) templates = OfPrimaryRole(*kind, templates);
  if (templates.empty()) {
    if (kind != nullptr) {
      std::string roles;
      for (const auto& role : kind->primary_roles) roles += (roles.empty() ? "" : " or ") + role;
      add_fault("spec." + kind->replica_specs,
                fmt::format("no {} with containers; it would give the trial's metrics", roles));
    } else {
      add_fault("",
                "has no pod template with containers that the metrics collector could be put "
                "into; use a collector of the kind None or Push");
    }
    return {};
  }
  std::vector<PodTemplate> labelled;
  for (const auto& one : templates) {
    if (HasLabels(*one.pod, choice.labels)) labelled.push_back(one);
  }
  if (!labelled.empty()) templates = labelled;
  const std::string name = PrimaryContainerName(manifest, choice.container);
  std::vector<PrimaryContainer> found;
  for (const auto& one : templates) {
    Json& containers = *ContainersOf(*one.pod);
    Json* container = ContainerNamed(containers, name);
    if (container == nullptr && containers.size() == 1 && choice.container.empty()) {
      container = &containers[0];
    }
    if (container == nullptr) continue;
    const auto index = container - &containers[0];
    found.push_back(
        {one.pod, container,
         fmt::format("{}spec.containers[{}]", one.place.empty() ? "" : one.place + ".", index)});
  }
  if (found.empty()) {
    add_fault((templates[0].place.empty() ? "" : templates[0].place + ".") + "spec.containers",
              name.empty() ? "several; say with primaryContainerName which gives the metrics"
                           : fmt::format("none is named \"{}\" (primaryContainerName)", name));
  }
  return found;
}

}  // namespace qalam
