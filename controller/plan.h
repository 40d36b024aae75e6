// What an experiment needs next, decided by a pure function so that every rule can be tested as a
// table.
#pragma once

#include <optional>
#include <string>

#include "api/experiment.h"
#include "api/states.h"
#include "db/store.h"

namespace qalam {

struct ExperimentSnapshot {
  ExperimentState state = ExperimentState::kCreated;
  bool paused = false;
  bool stop_requested = false;
  bool delete_requested = false;
  bool suggestions_exhausted = false;
  bool suggestions_in_flight = false;
  std::optional<std::string> suggestion_error;  // the algorithm refuses to go on
  // Clients run the trials: they are proposed only for those who ask.
  bool client_run = false;
  int64_t asked = 0;  // trials that clients ask for and have not been given
  // Pending trials that nobody has: given back by a client, or added by hand.
  int64_t waiting = 0;
  int64_t parallel_trial_count = 1;  // 0, of client-run experiments alone: as many as ask
  std::optional<int64_t> max_trial_count;
  std::optional<int64_t> max_failed_trial_count;
  TrialCounts counts;
  bool goal_reached = false;
  bool out_of_time = false;  // maxDuration has passed since it began
};

struct Ending {
  ExperimentState state = ExperimentState::kSucceeded;
  std::string reason;
  std::string message;
};

struct Plan {
  // Let go this many of the waiting trials, by number: to the operator, or to clients that ask.
  int64_t release = 0;
  // Ask for this many proposals.
  int64_t suggestions = 0;
  // Stop every trial that is pending or running.
  bool cancel_active = false;
  // No trial is active any more: record the end.
  std::optional<Ending> ending;
  // No trial is active any more: remove everything.
  bool remove = false;
  // The experiment was created or restarted and goes on from here.
  bool start = false;
};

// Rules, the first that holds: delete, stop, goal, failures beyond maxFailedTrialCount, a refusing
// algorithm, maxDuration, maxTrialCount, an exhausted space. A paused experiment's time counts.
// Trials that failed and trials without metrics both count as failures. maxTrialCount bounds the
// trials ever created; parallelTrialCount those alive, where a waiting one takes the place of a
// proposal. A paused experiment lets nothing go.
Plan MakePlan(const ExperimentSnapshot& snapshot);

// Why a client that asks gets nothing now, for it to show.
struct Refusal {
  std::string reason;
  std::string message;
};
Refusal WhyNothing(const ExperimentSnapshot& snapshot);

// FAILED_PRECONDITION, with the reason, when no trial may be added by hand: the experiment has
// ended or is about to, or its budget is used up.
Status CheckRoomForAnother(const ExperimentSnapshot& snapshot);

}  // namespace qalam
