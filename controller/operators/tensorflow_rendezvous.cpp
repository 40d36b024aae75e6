#include "controller/operators/rendezvous.h"

namespace qalam {

void MeetByTensorFlow(ReplicaSet& set) {
  Json cluster = Json::object();
  for (const auto& replica : set.replicas) {
    // It looks at what the others have written, and is none of them.
    if (replica.role == "Evaluator") continue;
    cluster[replica.RoleInLowerCase()].push_back(fmt::format("{}:{}", kLoopback, replica.port));
  }
  for (auto& replica : set.replicas) {
    replica.variables.defaults = {{"PYTHONUNBUFFERED", "1"}};
    // With TF_CONFIG a single process would take itself for a part of something.
    if (set.replicas.size() == 1) continue;
    const Json config = {{"cluster", cluster},
                         {"task", {{"type", replica.RoleInLowerCase()}, {"index", replica.index}}},
                         {"environment", "cloud"}};
    replica.variables.fixed = {{"TF_CONFIG", config.dump()}};
  }
}

}  // namespace qalam
