// Jobs made of several processes that work together, by the names of Kubeflow's training operator.
#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"

namespace qalam {

// All of them run on one machine.
inline constexpr int kMostReplicas = 64;

struct ReplicaRole {
  std::string name;          // as the manifest writes it
  int most = kMostReplicas;  // replicas of the role
  bool serves = false;       // works until it is told to end, as a parameter server does
  bool runs = true;          // false: another replica's command starts what it stands for
};

struct DistributedKind {
  std::string name;
  std::vector<std::string> api_versions;
  std::string replica_specs;       // the field under `spec` that holds the roles
  std::string container;           // what the training operator takes where no name is given
  std::vector<ReplicaRole> roles;  // in the order of the replicas' ranks
  // The first replica of the first of these roles that is there is the primary one: its metrics are
  // the trial's, and the job has succeeded once it has. One of them must be there.
  std::vector<std::string> primary_roles;
  // Whether a primary Worker speaks for the others, so that the job does not wait for their success
  // (unless its successPolicy is AllWorkers).
  bool first_worker_decides = false;
};

// A row for each kind. How the replicas of a kind find one another is told in
// controller/operators/rendezvous.h.
const std::vector<DistributedKind>& DistributedKinds();
// By the manifest's kind and apiVersion; null for any other.
const DistributedKind* FindDistributedKind(const Json& manifest);

// The replicas of one role in a manifest.
struct ReplicaGroup {
  const ReplicaRole* role = nullptr;
  int replicas = 1;
  const Json* container = nullptr;  // within the manifest; null only where the role does not run
};

// The roles of a manifest, by rank. Faults name their fields from `spec` on; with any, the groups
// are not whole. `container` is the primaryContainerName, which may be empty. A number of replicas
// that is a placeholder still counts as one.
std::vector<ReplicaGroup> ReadReplicaGroups(const DistributedKind& kind, const Json& manifest,
                                            const std::string& container,
                                            std::vector<Fault>& faults);
// The group whose first replica is the primary one; null when there is none.
const ReplicaGroup* FindPrimaryGroup(const DistributedKind& kind,
                                     const std::vector<ReplicaGroup>& groups);

}  // namespace qalam
