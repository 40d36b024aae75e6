#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "controller/kubernetes/client.h"
#include "db/store.h"
#include "server/cluster/trial_objects.h"

namespace qalam::cluster {

// Namespace and name of an object, and of the experiment that comes of it.
using ExperimentKey = std::pair<std::string, std::string>;

// Makes experiments of Experiment objects and shows in these what becomes of them. Each call looks
// at both as they are now, so that it can be repeated at any time. Not thread-safe.
class ExperimentSync {
 public:
  // The references must outlive it. The store is only read; what changes, changes by `service`.
  ExperimentSync(kubernetes::Client& client, v1::ExperimentService::Stub& service, Store& store,
                 kubernetes::Cancellation& cancellation)
      : client_(client), service_(service), store_(store), cancellation_(cancellation) {}

  struct Outcome {
    Status status;                              // not OK: to be tried again
    Duration again = absl::InfiniteDuration();  // when to look again although nothing was heard
    std::string experiment_uid;                 // of the experiment that the object has; or ""
    bool gone = false;                          // there is neither object nor experiment
  };
  // One object, or what is left of it where it is there no more.
  Outcome Reconcile(const ExperimentKey& key);

 private:
  Outcome TakeUp(const Json& object, const std::string& document);
  Outcome Show(const Json& object, const ExperimentRecord& experiment);
  Outcome Remove(const ExperimentRecord& experiment);
  Outcome LetGo(const Json& object);
  Outcome Refuse(const Json& object, const std::string& reason, const std::string& message);
  Status WriteStatus(const Json& object, const Json& status);
  StatusOr<std::string> ApplyEdit(const std::string& document, const ExperimentRecord& experiment);
  StatusOr<std::vector<v1::Trial>> ListTrials(const v1::ExperimentName& name);

  kubernetes::Client& client_;
  v1::ExperimentService::Stub& service_;
  Store& store_;
  kubernetes::Cancellation& cancellation_;
  std::map<std::string, TrialObjects> trials_;  // by the Experiment object's uid
};

}  // namespace qalam::cluster
