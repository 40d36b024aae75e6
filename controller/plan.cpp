#include "controller/plan.h"

#include <algorithm>
#include <limits>

namespace qalam {

namespace {

int64_t Count(const TrialCounts& counts, std::initializer_list<TrialState> states) {
  int64_t total = 0;
  for (const TrialState state : states) {
    const auto entry = counts.find(state);
    if (entry != counts.end()) total += entry->second;
  }
  return total;
}

int64_t Active(const TrialCounts& counts) {
  return Count(counts, {TrialState::kPending, TrialState::kRunning});
}

int64_t Created(const TrialCounts& counts) {
  int64_t total = 0;
  for (const auto& [state, count] : counts) total += count;
  return total;
}

int64_t Failures(const TrialCounts& counts) {
  return Count(counts, {TrialState::kFailed, TrialState::kMetricsUnavailable});
}

int64_t Successes(const TrialCounts& counts) {
  return Count(counts, {TrialState::kSucceeded, TrialState::kEarlyStopped});
}

// Why the experiment is to end although trials may be running.
std::optional<Ending> EarlyEnd(const ExperimentSnapshot& snapshot) {
  if (snapshot.stop_requested) {
    return Ending{ExperimentState::kStopped, "UserStopped", "it was stopped by the user"};
  }
  if (snapshot.goal_reached) {
    return Ending{ExperimentState::kSucceeded, "GoalReached", "a trial has reached the goal"};
  }
  const int64_t failures = Failures(snapshot.counts);
  if (snapshot.max_failed_trial_count && failures > *snapshot.max_failed_trial_count) {
    return Ending{ExperimentState::kFailed, "MaxFailedTrialsReached",
                  fmt::format("{} trials failed or gave no metric; {} are allowed", failures,
                              *snapshot.max_failed_trial_count)};
  }
  if (snapshot.suggestion_error) {
    return Ending{ExperimentState::kFailed, "SuggestionFailed", *snapshot.suggestion_error};
  }
  if (snapshot.out_of_time) {
    const bool any = Successes(snapshot.counts) > 0;
    return Ending{any ? ExperimentState::kSucceeded : ExperimentState::kFailed,
                  "MaxDurationReached",
                  any ? "its maxDuration has passed"
                      : "its maxDuration has passed, and no trial had succeeded"};
  }
  return std::nullopt;
}

// How the experiment ends once nothing more is to be started and nothing runs.
Ending NaturalEnd(const ExperimentSnapshot& snapshot, bool exhausted) {
  if (Successes(snapshot.counts) == 0) {
    return {ExperimentState::kFailed, "NoTrialSucceeded",
            fmt::format("none of its {} trials succeeded", Created(snapshot.counts))};
  }
  if (exhausted) {
    return {ExperimentState::kSucceeded, "SearchSpaceExhausted",
            "every point of the search space has been tried"};
  }
  return {ExperimentState::kSucceeded, "MaxTrialsReached",
          fmt::format("all {} trials have ended", Created(snapshot.counts))};
}

int64_t LeftOfBudget(const ExperimentSnapshot& snapshot) {
  return snapshot.max_trial_count ? *snapshot.max_trial_count - Created(snapshot.counts)
                                  : std::numeric_limits<int64_t>::max();
}

// How many more trials may be alive, waiting ones not counted.
int64_t RoomLeft(const ExperimentSnapshot& snapshot) {
  if (snapshot.parallel_trial_count == 0) return std::numeric_limits<int64_t>::max();
  const int64_t alive = Active(snapshot.counts) - snapshot.waiting;
  return std::max<int64_t>(0, snapshot.parallel_trial_count - alive);
}

}  // namespace

Plan MakePlan(const ExperimentSnapshot& snapshot) {
  Plan plan;
  const int64_t active = Active(snapshot.counts);
  if (snapshot.delete_requested) {
    plan.cancel_active = active > 0;
    plan.remove = active == 0 && !snapshot.suggestions_in_flight;
    return plan;
  }
  if (IsTerminal(snapshot.state)) return plan;
  if (const auto ending = EarlyEnd(snapshot)) {
    plan.cancel_active = active > 0;
    // Proposals under way would become trials of an experiment that has ended.
    if (active == 0 && !snapshot.suggestions_in_flight) plan.ending = ending;
    return plan;
  }
  plan.start = snapshot.state != ExperimentState::kRunning;
  int64_t room = RoomLeft(snapshot);
  if (snapshot.client_run) room = std::min(room, snapshot.asked);
  if (!snapshot.paused) plan.release = std::min(room, snapshot.waiting);
  const int64_t left = LeftOfBudget(snapshot);
  if (left <= 0 || snapshot.suggestions_exhausted) {
    if (active == 0 && !snapshot.suggestions_in_flight) {
      plan.ending = NaturalEnd(snapshot, left > 0);
    }
    return plan;
  }
  if (snapshot.paused || snapshot.suggestions_in_flight) return plan;
  plan.suggestions = std::min(room - plan.release, left);
  return plan;
}

Refusal WhyNothing(const ExperimentSnapshot& snapshot) {
  if (snapshot.paused) {
    return {"Paused", "the experiment is paused; nothing is handed out until it is resumed"};
  }
  const int64_t active = Active(snapshot.counts);
  if (LeftOfBudget(snapshot) <= 0 || snapshot.suggestions_exhausted) {
    return {"AllTrialsRunning",
            fmt::format("all {} trials have been handed out; {} still run, and one that is given "
                        "back goes to whoever asks",
                        Created(snapshot.counts), active)};
  }
  if (RoomLeft(snapshot) == 0) {
    return {"ParallelTrialCountReached",
            fmt::format("{} trials run, as many as parallelTrialCount allows", active)};
  }
  return {"NoProposalYet", "the algorithm has not answered in time"};
}

Status CheckRoomForAnother(const ExperimentSnapshot& snapshot) {
  if (snapshot.delete_requested) return FailedPrecondition("the experiment is being deleted");
  if (IsTerminal(snapshot.state)) return FailedPrecondition("the experiment has ended");
  if (const auto ending = EarlyEnd(snapshot)) {
    return FailedPrecondition("the experiment is ending: {}", ending->message);
  }
  if (LeftOfBudget(snapshot) > 0) return absl::OkStatus();
  return FailedPrecondition("all {} trials of the experiment's maxTrialCount are used up; raise it",
                            *snapshot.max_trial_count);
}

}  // namespace qalam
