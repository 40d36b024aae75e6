// Which object of the cluster a trial is, as its folder says.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "api/trial_conditions.h"
#include "base/status.h"
#include "controller/kubernetes/object.h"
#include "controller/operators/operator.h"

namespace qalam {

// Written before the object is made.
struct ClusterTrial {
  std::string uid;  // of the trial
  int run = 0;
  std::string mark;  // of its records in the log
  kubernetes::ObjectPath path;
  std::string object_uid;  // empty until the object is known to be there
  ConditionTexts conditions;
  std::string container;  // the primary one; may be empty
  std::map<std::string, std::string> pod_labels;
  std::string primary_role;  // of a distributed kind
  bool retain = false;
};

Status WriteClusterTrial(const std::string& folder, const ClusterTrial& trial);
// NOT_FOUND when there is none.
StatusOr<ClusterTrial> ReadClusterTrial(const std::string& folder);

// How a trial has ended, and whether its object has been cleared away.
struct ClusterEnd {
  JobStatus status;
  bool cleared = false;
};
Status WriteClusterEnd(const std::string& folder, const ClusterEnd& end);
std::optional<ClusterEnd> ReadClusterEnd(const std::string& folder);

}  // namespace qalam
