#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "controller/operators/operator.h"
#include "db/store.h"
#include "server/http/event_subscription.h"
#include "server/http/topic.h"

namespace qalam::http {

// The output of trials, read once for all streams that are at the same place. Not thread-safe.
class LogFollower {
 public:
  // They must outlive it.
  LogFollower(Store& store, TrialOperator& trial_operator)
      : store_(store), operator_(trial_operator) {}

  struct Part {
    EventText event;  // null when there is nothing new
    uint64_t next_offset = 0;
    bool is_last = false;  // the trial has ended, and this was all
  };
  // What the trial of the topic has written after `offset`, at most one chunk of the operator's.
  Part Read(const Topic& topic, uint64_t offset);
  // Forgets what was read: the next Read looks again.
  void BeginRound() { parts_.clear(); }

 private:
  Store& store_;
  TrialOperator& operator_;
  std::map<std::pair<Topic, uint64_t>, Part> parts_;
};

}  // namespace qalam::http
