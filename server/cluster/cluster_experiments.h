// The way in by `kubectl apply`: Experiment objects of a cluster become experiments.
#pragma once

#include <memory>
#include <string>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "controller/kubernetes/client.h"
#include "db/store.h"
#include "server/change_log.h"

namespace qalam::cluster {

struct ClusterExperimentsOptions {
  std::string name_space;  // empty: all of them
  // The least time between two looks at the trials of one experiment that goes on.
  Duration least_pause = absl::Milliseconds(300);
};

// Follows the objects from its making to its end, whatever becomes of the API server meanwhile. An
// object that is made is submitted; its status and Trial objects show what becomes of it; counts
// that are changed in it are the experiment's from then on; when it is deleted, the experiment and
// its trials are, and only then it goes.
class ClusterExperiments {
 public:
  // `store` must be the one whose changes are in `changes`. The references must outlive it.
  static std::unique_ptr<ClusterExperiments> Start(
      const ClusterExperimentsOptions& options, std::unique_ptr<kubernetes::Client> client,
      std::unique_ptr<v1::ExperimentService::Stub> service, Store& store, ChangeLog& changes);
  // Ends what it does in the cluster; the objects stay as they are.
  virtual ~ClusterExperiments() = default;
};

}  // namespace qalam::cluster
