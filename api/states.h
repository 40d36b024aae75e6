// The states of experiments and trials, and their names: one vocabulary for store, API and CLI.
#pragma once

#include <optional>
#include <string_view>

namespace qalam {

enum class ExperimentState { kCreated, kRunning, kRestarting, kSucceeded, kFailed, kStopped };

enum class TrialState {
  kPending,  // proposed and durable, not yet handed to an operator
  kRunning,
  kSucceeded,
  kFailed,
  kKilled,              // stopped by the user or because the experiment ended
  kEarlyStopped,        // given up as hopeless; its observations count
  kMetricsUnavailable,  // ended well but never reported the objective
};

constexpr bool IsTerminal(ExperimentState state) {
  return state == ExperimentState::kSucceeded || state == ExperimentState::kFailed ||
         state == ExperimentState::kStopped;
}
constexpr bool IsTerminal(TrialState state) {
  return state != TrialState::kPending && state != TrialState::kRunning;
}

// "Created", "MetricsUnavailable" and so on, as Katib spells them.
std::string_view Name(ExperimentState state);
std::string_view Name(TrialState state);
std::optional<ExperimentState> ParseExperimentState(std::string_view name);
std::optional<TrialState> ParseTrialState(std::string_view name);

}  // namespace qalam
