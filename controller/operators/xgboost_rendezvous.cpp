// The Master's port is the tracker's. LightGBM listens instead, at an address for each worker and
// one port for all of them; here the addresses are one, so that the workers have a port each.

#include "controller/operators/rendezvous.h"

namespace qalam {

void MeetByXgboost(ReplicaSet& set) {
  std::vector<std::string> ports;
  for (const auto& replica : set.replicas) {
    if (replica.role == "Worker") ports.push_back(std::to_string(replica.port));
  }
  const std::vector<std::string> addresses(ports.size(), kLoopback);
  for (auto& replica : set.replicas) {
    auto& [defaults, fixed] = replica.variables;
    defaults = {{"PYTHONUNBUFFERED", "1"}};
    fixed = {{"MASTER_ADDR", kLoopback},
             {"MASTER_PORT", std::to_string(set.replicas.front().port)},
             {"WORLD_SIZE", std::to_string(set.replicas.size())},
             {"RANK", std::to_string(replica.rank)}};
    if (ports.empty()) continue;
    const bool works = replica.role == "Worker";
    fixed.push_back({"WORKER_ADDRS", fmt::format("{}", fmt::join(addresses, ","))});
    fixed.push_back({"WORKER_PORT", works ? std::to_string(replica.port) : ports[0]});
    fixed.push_back({"WORKER_PORTS", fmt::format("{}", fmt::join(ports, ","))});
  }
}

}  // namespace qalam
