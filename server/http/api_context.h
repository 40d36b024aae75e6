#pragma once

#include <functional>
#include <string>

#include "api/experiment.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/clock.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/activity.h"
#include "server/change_log.h"
#include "server/identity/authority.h"
#include "server/telemetry/health.h"
#include "server/telemetry/telemetry.h"

namespace qalam::http {

class EventHub;
class Gate;
class Summaries;
class TrialTables;

// All that handlers work with; outlives every request.
struct ApiContext {
  v1::ExperimentService::StubInterface& service;  // the same that gRPC's clients call
  Store& store;
  ChangeLog& changes;
  Activity& activity;
  TrialOperator& trial_operator;
  const Clock& clock;
  Summaries& summaries;
  TrialTables& tables;
  EventHub& events;
  Gate& gate;
  Telemetry& telemetry;
  const Health& health;
  const Controller* controller = nullptr;            // null where none runs
  std::function<StatusOr<int64_t>()> database_size;  // in bytes
  // Shown by /info.
  std::string operator_name;
  std::string database_path;
  int workers = 0;
  Time started;
  bool is_insecure = false;  // whoever is on other machines may do everything
  // Of the request at hand; without an identity it is this process that asks.
  Caller caller;

  // Whether the caller may be shown what is in the namespace; kEveryNamespace: in all.
  StatusOr<bool> MaySee(const std::string& name_space) const {
    if (caller.identity == nullptr) return true;
    return Has(*caller.identity, Role::kViewer, name_space);
  }
};

}  // namespace qalam::http
