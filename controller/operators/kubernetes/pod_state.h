// What a pod's status says about the one container that counts.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/experiment.h"

namespace qalam {

struct PodState {
  std::string uid, name, node;
  std::string created;  // RFC 3339
  bool is_being_deleted = false;
  bool has_started = false;  // the container has, so that there is a log
  bool has_ended = false;    // and is not started again
  int restarts = 0;
  int exit_code = 0;        // of a container that has ended
  std::string end_reason;   // "OOMKilled", "Error"
  std::string end_message;  // what it left as its termination message
  // What keeps it from running: "Unschedulable", "ImagePullBackOff"; empty when nothing does.
  std::string waiting_reason, waiting_message;
  // Why the cluster ended it: "PodEvicted" or "NodeLost"; empty when it did not.
  std::string lost_reason, lost_message;
};

// `container` may be empty where there is one alone.
PodState ReadPodState(const Json& pod, const std::string& container);

// The pod whose log is the trial's: of those that have the labels, a replica of index 0 before the
// others, the latest of these. Null when there is none.
const Json* ChoosePrimaryPod(const std::vector<const Json*>& pods,
                             const std::map<std::string, std::string>& labels,
                             const std::string& primary_role);

}  // namespace qalam
