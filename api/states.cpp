#include "api/states.h"

#include <array>

namespace qalam {

namespace {
constexpr std::array<std::string_view, 6> kExperimentNames = {
    "Created", "Running", "Restarting", "Succeeded", "Failed", "Stopped"};
constexpr std::array<std::string_view, 7> kTrialNames = {
    "Pending", "Running", "Succeeded", "Failed", "Killed", "EarlyStopped", "MetricsUnavailable"};

template <typename State, size_t N>
std::optional<State> Find(const std::array<std::string_view, N>& names, std::string_view name) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<State>(i);
  }
  return std::nullopt;
}
}  // namespace

std::string_view Name(ExperimentState state) { return kExperimentNames[static_cast<size_t>(state)]; }
std::string_view Name(TrialState state) { return kTrialNames[static_cast<size_t>(state)]; }
std::optional<ExperimentState> ParseExperimentState(std::string_view name) {
  return Find<ExperimentState>(kExperimentNames, name);
}
std::optional<TrialState> ParseTrialState(std::string_view name) {
  return Find<TrialState>(kTrialNames, name);
}

}  // namespace qalam
