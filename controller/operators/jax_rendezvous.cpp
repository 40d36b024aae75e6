#include "controller/operators/rendezvous.h"

namespace qalam {

void MeetByJax(ReplicaSet& set) {
  const std::string port = std::to_string(set.replicas.front().port);
  const std::string count = std::to_string(set.replicas.size());
  for (auto& replica : set.replicas) {
    replica.variables = {.defaults = {{"PYTHONUNBUFFERED", "1"}},
                         .fixed = {{"COORDINATOR_ADDRESS", kLoopback},
                                   {"COORDINATOR_PORT", port},
                                   {"NUM_PROCESSES", count},
                                   {"PROCESS_ID", std::to_string(replica.rank)}}};
  }
}

}  // namespace qalam
