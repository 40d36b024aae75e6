// qalam.v1.ExperimentService over a store, and over a controller where there is one.
#pragma once

#include <grpcpp/impl/codegen/service_type.h>

#include <memory>
#include <string>

#include "base/clock.h"
#include "controller/controller.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/change_log.h"
#include "server/identity/authority.h"

namespace qalam {

class Peers;

struct ExperimentServiceOptions {
  std::string work_root;  // trials of an experiment live in WORK_ROOT/<experiment uid>/<trial name>
  std::string database;   // shown by GetServerInfo
  bool runs_trials = false;
  std::function<std::string()> web_url;  // likewise; may be null
  Peers* peers = nullptr;                // other servers on the same database, if there may be any
};

// See ServerInfo in qalam_v1.proto.
inline constexpr int kApiVersion = 1;
inline constexpr int kApiRevision = 3;

// `controller` is null where none runs (a view of the local store). `trial_operator` may be null
// then; logs are read from the trials' folders. `changes` is the log of `store`, where that is
// observed; else watchers see no change. What each caller may do is asked of `authority`. The
// references must outlive the service.
std::unique_ptr<grpc::Service> MakeExperimentService(Store& store, TrialOperator* trial_operator,
                                                     const Clock& clock, ChangeLog& changes,
                                                     Controller* controller, Authority& authority,
                                                     ExperimentServiceOptions options);

// api.v1.beta1.DBManager over the store, for Katib's metrics collectors. `controller`, which may be
// null, hears of what is reported.
std::unique_ptr<grpc::Service> MakeKatibDbManagerService(Store& store, Controller* controller,
                                                         Authority& authority);

}  // namespace qalam
