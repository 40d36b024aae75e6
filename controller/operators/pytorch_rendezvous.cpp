#include "controller/operators/rendezvous.h"

namespace qalam {

namespace {

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

// Processes that torchrun starts for each replica, "auto", or nothing where the job does not say.
std::string ProcessesOfReplica(const Json& spec) {
  if (spec.contains("nprocPerNode")) return TextOf(spec["nprocPerNode"]);
  const Json elastic = spec.value("elasticPolicy", Json::object());
  return elastic.is_object() && elastic.contains("nProcPerNode") ? TextOf(elastic["nProcPerNode"])
                                                                 : "";
}

// The number of processes of the set. "auto" and the like are the program's own affair.
size_t WorldSize(const ReplicaSet& set, const std::string& processes) {
  const bool number = !processes.empty() && processes.size() < 6 &&
                      processes.find_first_not_of("0123456789") == std::string::npos;
  return set.replicas.size() * (number ? std::stoul(processes) : 1);
}

// What torchrun takes as its options where the replicas meet by an elastic rendezvous.
void AddElasticPolicy(const Json& policy, const ReplicaSet& set, std::vector<Setting>& variables) {
  const std::string workers = std::to_string(set.replicas.size());
  const std::string least = TextOf(policy.value("minReplicas", Json(workers)));
  const std::string most = TextOf(policy.value("maxReplicas", Json(workers)));
  variables.push_back({"PET_NNODES", least == most ? least : least + ":" + most});
  variables.push_back({"PET_RDZV_BACKEND", TextOf(policy.value("rdzvBackend", Json("c10d")))});
  // The last replica's port, since the first one's is MASTER_PORT.
  variables.push_back(
      {"PET_RDZV_ENDPOINT", fmt::format("{}:{}", kLoopback, set.replicas.back().port)});
  variables.push_back({"PET_RDZV_ID", TextOf(policy.value("rdzvId", Json(set.job_name)))});
  if (policy.contains("maxRestarts")) {
    variables.push_back({"PET_MAX_RESTARTS", TextOf(policy["maxRestarts"])});
  }
  std::string settings;
  for (const Json& setting : policy.value("rdzvConf", Json::array())) {
    if (!setting.is_object()) continue;
    settings +=
        fmt::format("{}{}={}", settings.empty() ? "" : ",", TextOf(setting.value("key", Json(""))),
                    TextOf(setting.value("value", Json(""))));
  }
  if (!settings.empty()) variables.push_back({"PET_RDZV_CONF", settings});
}

}  // namespace

void MeetByPyTorch(ReplicaSet& set) {
  const std::string processes = ProcessesOfReplica(set.spec);
  const std::string port = std::to_string(set.replicas.front().port);
  const Json elastic = set.spec.value("elasticPolicy", Json());
  for (auto& replica : set.replicas) {
    auto& [defaults, fixed] = replica.variables;
    const std::string rank = std::to_string(replica.rank);
    defaults = {{"PYTHONUNBUFFERED", "1"},
                // gloo asks for the host's own name otherwise, which need not lead anywhere.
                {"GLOO_SOCKET_IFNAME", "lo"}};
    fixed = {{"MASTER_ADDR", kLoopback},
             {"MASTER_PORT", port},
             {"WORLD_SIZE", std::to_string(WorldSize(set, processes))},
             {"RANK", rank}};
    if (!processes.empty()) fixed.push_back({"PET_NPROC_PER_NODE", processes});
    if (elastic.is_object()) {
      AddElasticPolicy(elastic, set, fixed);
      continue;
    }
    fixed.push_back({"PET_MASTER_ADDR", kLoopback});
    fixed.push_back({"PET_MASTER_PORT", port});
    fixed.push_back({"PET_NNODES", std::to_string(set.replicas.size())});
    fixed.push_back({"PET_NODE_RANK", rank});
  }
}

}  // namespace qalam
