// The files of a trial's folder that the operator of a cluster keeps for itself.
#pragma once

namespace qalam {

inline constexpr char kClusterTrialFile[] = "kubernetes.json";  // which object the trial is
inline constexpr char kLogPositionFile[] = "log-position.json";
inline constexpr char kClusterEndFile[] = "kubernetes-end.json";
// Whoever holds its lock looks after the trial.
inline constexpr char kClusterLockFile[] = "kubernetes.lock";

}  // namespace qalam
