#include "api/distributed_job.h"

#include <algorithm>

#include "api/document/names.h"
#include "api/document/placeholders.h"

namespace qalam {

namespace {

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

std::string TextAt(const Json& object, const char* field) {
  const auto entry = object.is_object() ? object.find(field) : object.end();
  return entry != object.end() && entry->is_string() ? entry->get<std::string>() : "";
}

const Json* Find(const Json* object, const std::string& field) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto entry = object->find(field);
  return entry == object->end() || entry->is_null() ? nullptr : &*entry;
}

// Reads one role; adds what is wrong with it.
class RoleReader {
 public:
  RoleReader(const DistributedKind& kind, const std::string& container, std::vector<Fault>& faults)
      : kind_(kind), container_(container), faults_(faults) {}

  ReplicaGroup Read(const ReplicaRole& role, const Json& spec, const std::string& field) {
    ReplicaGroup group{&role};
    if (!spec.is_object()) {
      Add(field, "should be a map with replicas and template");
      return group;
    }
    group.replicas = Count(role, Find(&spec, "replicas"), field + ".replicas");
    const Json* containers = Find(Find(Find(&spec, "template"), "spec"), "containers");
    const std::string place = field + ".template.spec.containers";
    if (containers == nullptr || !containers->is_array() || containers->empty()) {
      if (role.runs) Add(place, "missing or empty");
      return group;
    }
    group.container = Choose(*containers);
    if (!role.runs) return group;
    if (group.container == nullptr) {
      Add(place, fmt::format("none is named \"{}\"; give its name as primaryContainerName",
                             container_.empty() ? kind_.container : container_));
      return group;
    }
    const Json* command = Find(group.container, "command");
    if (command == nullptr || !command->is_array() || command->empty()) {
      Add(fmt::format("{}[{}].command", place, group.container - &(*containers)[0]),
          "missing; a local process has no image to take it from");
    }
    return group;
  }

  void Add(const std::string& field, const std::string& message) {
    faults_.push_back({"", 0, 0, field, message});
  }

 private:
  int Count(const ReplicaRole& role, const Json* value, const std::string& field) {
    if (value == nullptr) return 1;
    // A placeholder leaves a text behind.
    const std::string text = value->is_string() ? value->get<std::string>() : value->dump();
    if (!document::PlaceholderNames(text).empty()) return 1;
    const bool whole = !text.empty() && text.size() < 6 &&
                       text.find_first_not_of("0123456789") == std::string::npos;
    const int count = whole ? std::stoi(text) : 0;
    if (count >= 1 && count <= role.most) return count;
    Add(field, fmt::format("\"{}\" should be {}", document::Shortened(text),
                           role.most == 1 ? fmt::format("1: there is one {} at most", role.name)
                                          : fmt::format("a whole number from 1 to {}", role.most)));
    return 1;
  }

  // The container of the name that is given, or of the kind's own, or the only one: the roles of a
  // job need not name theirs alike.
  const Json* Choose(const Json& containers) const {
    for (const std::string& name : {container_, kind_.container}) {
      for (const Json& container : containers) {
        if (!name.empty() && TextAt(container, "name") == name) return &container;
      }
    }
    return containers.size() == 1 ? &containers[0] : nullptr;
  }

  const DistributedKind& kind_;
  const std::string& container_;
  std::vector<Fault>& faults_;
};

std::vector<std::string> RoleNames(const DistributedKind& kind) {
  std::vector<std::string> names;
  for (const auto& role : kind.roles) names.push_back(role.name);
  return names;
}

}  // namespace

const std::vector<DistributedKind>& DistributedKinds() {
  static const auto* const kKinds = new std::vector<DistributedKind>{
      {.name = "PyTorchJob",
       .api_versions = {"kubeflow.org/v1"},
       .replica_specs = "pytorchReplicaSpecs",
       .container = "pytorch",
       .roles = {{.name = "Master", .most = 1}, {.name = "Worker"}},
       .primary_roles = {"Master", "Worker"}},
      {.name = "TFJob",
       .api_versions = {"kubeflow.org/v1"},
       .replica_specs = "tfReplicaSpecs",
       .container = "tensorflow",
       .roles = {{.name = "Chief", .most = 1},
                 {.name = "Master", .most = 1},
                 {.name = "PS", .serves = true},
                 {.name = "Worker"},
                 {.name = "Evaluator", .most = 1}},
       .primary_roles = {"Chief", "Master", "Worker"},
       .first_worker_decides = true},
      {.name = "MPIJob",
       .api_versions = {"kubeflow.org/v1", "kubeflow.org/v2beta1"},
       .replica_specs = "mpiReplicaSpecs",
       .container = "mpi",
       .roles = {{.name = "Launcher", .most = 1}, {.name = "Worker", .runs = false}},
       .primary_roles = {"Launcher"}},
      {.name = "XGBoostJob",
       .api_versions = {"kubeflow.org/v1"},
       .replica_specs = "xgbReplicaSpecs",
       .container = "xgboost",
       .roles = {{.name = "Master", .most = 1}, {.name = "Worker"}},
       .primary_roles = {"Master"}},
      {.name = "JAXJob",
       .api_versions = {"kubeflow.org/v1"},
       .replica_specs = "jaxReplicaSpecs",
       .container = "jax",
       .roles = {{.name = "Worker"}},
       .primary_roles = {"Worker"}},
      {.name = "PaddleJob",
       .api_versions = {"kubeflow.org/v1"},
       .replica_specs = "paddleReplicaSpecs",
       .container = "paddle",
       .roles = {{.name = "Master", .serves = true}, {.name = "Worker"}},
       .primary_roles = {"Worker"}},
  };
  return *kKinds;
}

const DistributedKind* FindDistributedKind(const Json& manifest) {
  for (const auto& kind : DistributedKinds()) {
    if (TextAt(manifest, "kind") == kind.name &&
        Contains(kind.api_versions, TextAt(manifest, "apiVersion"))) {
      return &kind;
    }
  }
  return nullptr;
}

std::vector<ReplicaGroup> ReadReplicaGroups(const DistributedKind& kind, const Json& manifest,
                                            const std::string& container,
                                            std::vector<Fault>& faults) {
  const std::string field = "spec." + kind.replica_specs;
  RoleReader reader(kind, container, faults);
  std::vector<ReplicaGroup> groups;
  const Json* specs = Find(Find(&manifest, "spec"), kind.replica_specs);
  if (specs == nullptr || !specs->is_object()) {
    reader.Add(field, fmt::format("missing; {} has its roles there", kind.name));
    return groups;
  }
  const auto names = RoleNames(kind);
  for (const auto& [name, spec] : specs->items()) {
    if (Contains(names, name)) continue;
    reader.Add(field + "." + document::Shortened(name),
               fmt::format("unknown role{}; allowed: {}", document::DidYouMean(name, names),
                           document::OneOf(names)));
  }
  int processes = 0;
  for (const auto& role : kind.roles) {
    const auto spec = specs->find(role.name);
    if (spec == specs->end()) continue;
    groups.push_back(reader.Read(role, *spec, field + "." + role.name));
    processes += groups.back().replicas;
  }
  if (FindPrimaryGroup(kind, groups) == nullptr) {
    reader.Add(field, fmt::format("{} needs a {}", kind.name, document::OneOf(kind.primary_roles)));
  }
  if (processes > kMostReplicas) {
    reader.Add(field,
               fmt::format("{} replicas; at most {} run on one machine", processes, kMostReplicas));
  }
  return groups;
}

const ReplicaGroup* FindPrimaryGroup(const DistributedKind& kind,
                                     const std::vector<ReplicaGroup>& groups) {
  for (const auto& name : kind.primary_roles) {
    for (const auto& group : groups) {
      if (group.role->name == name) return &group;
    }
  }
  return nullptr;
}

}  // namespace qalam
