#pragma once

#include <string>

#include "api/experiment.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/clock.h"
#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/activity.h"
#include "server/change_log.h"

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
  // Shown by /info.
  std::string operator_name;
  std::string database_path;
  int workers = 0;
  Time started;
};

}  // namespace qalam::http
