// What programs ask of a running experiment beside its operator, as it waits in an ExperimentRun
// for the next reconciliation. Each call is answered exactly once, on the controller's thread, and
// only when what it says is durable: `answer` must be quick and must not call the controller back.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "api/experiment.h"
#include "base/clock.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

struct AskAnswer {
  std::vector<TrialRecord> trials;
  bool exhausted = false;  // there are none and there never will be
  std::string reason;      // why there are none
  std::string message;
};

struct AskCall {
  uint64_t id = 0;  // set by the controller
  int64_t count = 1;
  std::string worker;
  std::string lease;
  bool may_repeat = false;  // the caller named the lease: trials that it has are given again
  double lease_seconds = 60;
  Time deadline;  // answered without trials then
  std::function<void(StatusOr<AskAnswer>)> answer;
};

struct TellCall {
  std::string trial_uid;
  std::string lease;                          // empty: whoever holds it
  TrialState state = TrialState::kSucceeded;  // terminal
  std::string message;
  std::vector<double> objective_values;  // the main one first; empty: from the metrics
  std::vector<MetricPoint> points;       // stored with the end
  // NOT_FOUND when the trial is not active: it may have ended already.
  std::function<void(StatusOr<TrialRecord>)> answer;
};

struct RenewCall {
  struct Item {
    std::string trial_uid;
    std::string lease;
  };
  enum class Outcome { kHeld, kLost, kNotActive };
  struct Answer {
    Outcome outcome = Outcome::kNotActive;
    Time expires;             // when it is held
    std::string worker;       // who has the trial now, when it is lost
    std::string stop_reason;  // why it should end although it is held; empty: it should not
    std::string stop_message;
  };
  std::vector<Item> items;
  // In the order of items. May be null.
  std::function<void(StatusOr<std::vector<Answer>>)> answer;
};

struct AddCall {
  std::vector<Assignment> parameters;  // of the space, as it formats them
  std::function<void(StatusOr<TrialRecord>)> answer;
};

// Somebody outside has judged the trial to be hopeless.
struct StopCall {
  std::string trial_uid;
  std::string because;  // completes "it was stopped early, because"
  // The trial as it is then; NOT_FOUND when it is not active, FAILED_PRECONDITION when it has not
  // begun.
  std::function<void(StatusOr<TrialRecord>)> answer;
};

}  // namespace qalam
