// The object that a trial is in the cluster.
#pragma once

#include <functional>
#include <string>

#include "base/status.h"
#include "controller/operators/operator.h"

namespace qalam {

// Labels of every object and pod of a trial.
inline constexpr char kManagedByLabel[] = "app.kubernetes.io/managed-by";
inline constexpr char kManagedBy[] = "qalam";
inline constexpr char kTrialUidLabel[] = "qalam.io/trial-uid";
inline constexpr char kRunLabel[] = "qalam.io/run";  // 0, and one more each time it is run again
// What a watch over all of them selects.
inline constexpr char kTrialSelector[] = "app.kubernetes.io/managed-by=qalam,qalam.io/trial-uid";
// The trial's folder, on the controller's machine.
inline constexpr char kFolderAnnotation[] = "qalam.io/folder";

struct TrialObjectOptions {
  std::string name_space;
  std::string collector_image;
  double grace_seconds = 10;  // between TERM and KILL within the container
  std::string trial_token;    // the container's QALAM_TOKEN; empty: none
  // The object that it belongs to, as an ownerReference; null for none.
  std::function<Json(const TrialJob&)> owner;
};

// "pytorch-1", or "pytorch-1-run-2" for one that is run again: short enough for a label.
std::string TrialObjectName(const TrialJob& job);
// Names the run in the records that its log holds.
std::string TrialMark(const TrialJob& job);

// The manifest with its name, labels and owner, and the primary container under the collector.
// INVALID_ARGUMENT names the field that stands in the way.
StatusOr<Json> MakeTrialObject(const TrialJob& job, const TrialObjectOptions& options);

}  // namespace qalam
