// How the replicas of each kind of distributed job find one another. A function fills in the
// variables of every replica, and the files that they need, as Kubeflow's training operator does;
// what differs is that all hosts are this one, so that each replica has a port of its own. What
// goes beyond the training operator is a default, under the variables of the container.
#pragma once

#include "controller/operators/replica_set.h"

namespace qalam {

using Rendezvous = void (*)(ReplicaSet& set);

// Of the kind (see api/distributed_job.h); null when it has none.
Rendezvous FindRendezvous(const std::string& kind);

// The address of every replica.
inline constexpr char kLoopback[] = "127.0.0.1";

void MeetByPyTorch(ReplicaSet& set);
void MeetByTensorFlow(ReplicaSet& set);
void MeetByMpi(ReplicaSet& set);
void MeetByXgboost(ReplicaSet& set);
void MeetByJax(ReplicaSet& set);
void MeetByPaddle(ReplicaSet& set);

}  // namespace qalam
