#include <catch2/catch.hpp>
#include <cmath>
#include <set>

#include "suggestion/registry.h"

namespace qalam {
namespace {

ExperimentSpec PopulationSpec() {
  ExperimentSpec spec;
  spec.algorithm.name = "pbt";
  spec.algorithm.settings = {{"n_population", "10"}, {"truncation_threshold", "0.2"}};
  for (const char* name : {"h0", "h1"}) {
    Parameter parameter{.name = name};
    parameter.feasible_space = {.min = "0", .max = "1"};
    spec.parameters.push_back(parameter);
  }
  return spec;
}

int64_t Parent(const Proposal& proposal) { return std::stoll(proposal.labels.at("parent")); }

}  // namespace

TEST_CASE("The worst go on from the best, the others from themselves", "[pbt]") {
  const auto spec = PopulationSpec();
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 1);
  const auto first = *sampler->Suggest({.count = 10});
  std::vector<TrialResult> results;
  // Trial 0 is the best and trial 9 the worst; trial 5 failed.
  for (const auto& proposal : first) {
    CHECK_FALSE(proposal.labels.contains("parent"));
    CHECK(proposal.labels.at("generation") == "0");
    TrialResult result{.number = proposal.trial_number, .point = proposal.point};
    result.objectives = {static_cast<double>(proposal.trial_number)};
    if (proposal.trial_number == 5) {
      result.state = TrialState::kFailed;
      result.objectives.clear();
    }
    results.push_back(result);
  }
  sampler->Tell(results);
  const auto second = *sampler->Suggest({.count = 10, .first_trial_number = 10});
  for (const auto& proposal : second) {
    CAPTURE(proposal.trial_number);
    CHECK(proposal.labels.at("generation") == "1");
    const int64_t own = proposal.trial_number - 10;
    if (own == 5 || own == 9) {
      CHECK(Parent(proposal) <= 1);
    } else {
      CHECK(Parent(proposal) == own);
    }
    const Point& parent = results[Parent(proposal)].point;
    for (size_t i = 0; i < 2; ++i) {
      const double shrunk = 0.8 * parent.values[i], grown = std::min(1.0, 1.2 * parent.values[i]);
      const double value = proposal.point.values[i];
      CHECK(std::min(std::fabs(value - shrunk), std::fabs(value - grown)) < 1e-12);
    }
  }
}

TEST_CASE("A member whose last trial is still running goes on from one of the best", "[pbt]") {
  const auto spec = PopulationSpec();
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 1);
  const auto first = *sampler->Suggest({.count = 10});
  std::vector<TrialResult> results;
  for (int i = 1; i < 10; ++i) {
    results.push_back({.number = i, .point = first[i].point, .objectives = {1.0 * i}});
  }
  sampler->Tell(results);
  const auto next = *sampler->Suggest({.first_trial_number = 10, .pending = {{0, first[0].point}}});
  CHECK(Parent(next.front()) == 1);
}

// The toy of Jaderberg et al., section 4.1 and figure 2: the objective is 1.2 - theta0^2 -
// theta1^2, but training climbs a surrogate that weighs them by h, so that one setting for the
// whole training leaves a coordinate behind.
TEST_CASE("Checkpoints carry progress from member to member", "[pbt]") {
  auto spec = PopulationSpec();
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 3);
  std::vector<std::pair<double, double>> checkpoints;
  double best = -INFINITY;
  for (int i = 0; i < 200; ++i) {
    const auto proposal = sampler->Suggest({.first_trial_number = i})->front();
    std::pair<double, double> theta(0.9, 0.9);
    if (proposal.labels.contains("parent")) {
      CHECK(Parent(proposal) < i / 10 * 10);  // of an earlier generation
      theta = checkpoints[Parent(proposal)];
    }
    for (int step = 0; step < 4; ++step) {
      theta.first -= 0.02 * 2 * proposal.point.values[0] * theta.first;
      theta.second -= 0.02 * 2 * proposal.point.values[1] * theta.second;
    }
    checkpoints.push_back(theta);
    const double objective = 1.2 - theta.first * theta.first - theta.second * theta.second;
    best = std::max(best, objective);
    const TrialResult result{.number = i, .point = proposal.point, .objectives = {-objective}};
    sampler->Tell({&result, 1});
  }
  // Four steps of the largest h alone give 1.2 - 2 * (0.9 * 0.96^4)^2 = 0.03.
  CHECK(best > 1.1);
}

}  // namespace qalam
