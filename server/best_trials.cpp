#include "server/best_trials.h"

#include <algorithm>
#include <cmath>

#include "server/messages.h"

namespace qalam {

namespace {

// A trial's objectives, all of them to be made small.
struct Candidate {
  const TrialRecord* trial;
  std::vector<double> losses;
};

bool IsAtLeastAsGood(const Candidate& a, const Candidate& b) {
  return std::equal(a.losses.begin(), a.losses.end(), b.losses.begin(), std::less_equal<>());
}

// None of the answer beats another, and every other candidate is beaten by one of the answer. Of
// equal candidates all stay.
std::vector<Candidate> ParetoFront(std::vector<Candidate> candidates) {
  // In lexicographic order, a candidate can be beaten only by an earlier one.
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const auto& a, const auto& b) { return a.losses < b.losses; });
  std::vector<Candidate> front;
  for (auto& candidate : candidates) {
    const bool beaten = std::any_of(front.begin(), front.end(), [&](const Candidate& best) {
      return best.losses != candidate.losses && IsAtLeastAsGood(best, candidate);
    });
    if (!beaten) front.push_back(std::move(candidate));
  }
  return front;
}

double Loss(::api::v1::beta1::ObjectiveType type, double value) {
  return type == ::api::v1::beta1::MAXIMIZE ? -value : value;
}

}  // namespace

Status AddBestTrials(Store& store, const ExperimentRecord& experiment, v1::Experiment& message) {
  const auto& further = message.additional_objectives();
  if (further.empty()) {
    if (message.has_best_trial()) *message.add_best_trials() = message.best_trial();
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(
      const auto trials,
      store.ListTrials({.experiment_uid = experiment.uid,
                        .states = {TrialState::kSucceeded, TrialState::kEarlyStopped}}));
  std::vector<Candidate> candidates;
  for (const auto& trial : trials) {
    const auto& values = trial.additional_objective_values;
    if (!trial.objective_value || !trial.IsFeasible()) continue;
    if (values.size() != static_cast<size_t>(further.size())) continue;
    Candidate candidate{&trial, {Loss(message.objective_type(), *trial.objective_value)}};
    for (int i = 0; i < further.size(); ++i) {
      candidate.losses.push_back(Loss(further[i].type(), values[i]));
    }
    const bool numbers = std::none_of(candidate.losses.begin(), candidate.losses.end(),
                                      [](double loss) { return std::isnan(loss); });
    if (numbers) candidates.push_back(std::move(candidate));
  }
  auto front = ParetoFront(std::move(candidates));
  std::sort(front.begin(), front.end(), [](const Candidate& a, const Candidate& b) {
    return a.trial->number < b.trial->number;
  });
  for (const auto& best : front) *message.add_best_trials() = ToMessage(*best.trial, experiment);
  return absl::OkStatus();
}

}  // namespace qalam
