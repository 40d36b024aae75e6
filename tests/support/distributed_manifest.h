#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/distributed_job.h"

namespace qalam {

struct RoleOfManifest {
  std::string role;
  int replicas;
  std::vector<std::string> command;  // none: the container has none
};

// A manifest of that kind as a user writes it; the containers have the kind's own name.
inline Json DistributedManifest(const std::string& kind_name,
                                const std::vector<RoleOfManifest>& roles) {
  for (const auto& kind : DistributedKinds()) {
    if (kind.name != kind_name) continue;
    Json manifest = {{"apiVersion", kind.api_versions[0]}, {"kind", kind.name}};
    for (const auto& [role, replicas, command] : roles) {
      Json container = {{"name", kind.container}};
      if (!command.empty()) container["command"] = command;
      Json& spec = manifest["spec"][kind.replica_specs][role];
      spec["replicas"] = replicas;
      spec["template"]["spec"]["containers"] = Json::array({container});
    }
    return manifest;
  }
  return {};
}

}  // namespace qalam
