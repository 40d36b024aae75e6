#include "controller/operators/rendezvous.h"

namespace qalam {

void MeetByPaddle(ReplicaSet& set) {
  // With a Master there are parameter servers, and their launcher counts the nodes by itself.
  const bool has_servers = set.Count("Master") > 0;
  const std::string master = fmt::format("{}:{}", kLoopback, set.replicas.front().port);
  for (auto& replica : set.replicas) {
    auto& [defaults, fixed] = replica.variables;
    defaults = {{"PYTHONUNBUFFERED", "1"}};
    fixed = {{"PADDLE_JOB_ID", set.job_name},
             {"PADDLE_NNODES", std::to_string(set.replicas.size())},
             {"PADDLE_MASTER", master},
             {"POD_IP", kLoopback},
             {"POD_IP_DUMMY", kLoopback}};
    if (!has_servers) {
      fixed.push_back({"PADDLE_RANK", std::to_string(replica.rank)});
    } else {
      fixed.push_back({replica.role == "Master" ? "PADDLE_SERVER_NUM" : "PADDLE_TRAINER_NUM", "1"});
    }
  }
}

}  // namespace qalam
