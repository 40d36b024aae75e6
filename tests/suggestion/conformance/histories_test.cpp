// Histories that do not come from a well-behaved run.

#include <cmath>
#include <limits>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kHuge = std::numeric_limits<double>::max();
constexpr double kTiny = std::numeric_limits<double>::denorm_min();

void RequireSoundAfter(const Bench& bench, const std::vector<TrialResult>& history) {
  const SampleRequest request{.count = 4, .first_trial_number = 1000};
  RequireSound(*bench.space, ProposalsAfter(bench, history, request), 4, 1000);
}

// Finished trials whose objectives are these, over and over.
std::vector<TrialResult> HistoryOf(const SearchSpace& space, std::vector<double> objectives) {
  auto history = History(space, 40);
  for (size_t i = 0; i < history.size(); ++i) {
    history[i].state = TrialState::kSucceeded;
    history[i].objectives = {objectives[i % objectives.size()]};
  }
  return history;
}

}  // namespace

TEST_CASE("A history without a single usable value does no harm", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const TrialState state = GENERATE(TrialState::kFailed, TrialState::kKilled,
                                    TrialState::kMetricsUnavailable, TrialState::kEarlyStopped);
  CAPTURE(static_cast<int>(state));
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  auto history = History(*bench.space, 40);
  for (auto& result : history) {
    result.state = state;
    result.objectives.clear();
  }
  RequireSoundAfter(bench, history);
  for (auto& result : history) result.objectives = {std::nan("")};
  RequireSoundAfter(bench, history);
}

TEST_CASE("One usable value among failures is enough", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  auto history = History(*bench.space, 40);
  for (auto& result : history) {
    result.state = TrialState::kFailed;
    result.objectives.clear();
  }
  history[17].state = TrialState::kSucceeded;
  history[17].objectives = {1};
  RequireSoundAfter(bench, history);
}

TEST_CASE("Infinite, huge, tiny and equal objectives do no harm", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const std::vector<std::vector<double>> cases = {{kInfinity},
                                                  {-kInfinity},
                                                  {0.5, kInfinity, 0.25, -kInfinity},
                                                  {kHuge, -kHuge, 0, 1, 2},
                                                  {kTiny, -kTiny, 0},
                                                  {1e300, 1e-300, -1e300},
                                                  {1, 1 + 1e-15},
                                                  {7},
                                                  {0, -0.0}};
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    RequireSoundAfter(bench, HistoryOf(*bench.space, cases[i]));
  }
}

TEST_CASE("A point may have been tried many times", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  auto history = HistoryOf(*bench.space, {3, 1, 2});
  for (auto& result : history) result.point = history[result.number < 30 ? 0 : 1].point;
  RequireSoundAfter(bench, history);
}

TEST_CASE("Results from before the experiment are learnt and not tried again", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, {Range("a", ParameterType::kInt, "0", "4"),
                                             List("b", ParameterType::kCategorical, {"x", "y"})});
  std::vector<TrialResult> history;
  const auto sampler = bench.Make();
  for (const auto& proposal : Propose(*sampler, {.count = 7})) {
    history.push_back({.number = -1 - proposal.trial_number,
                       .point = proposal.point,
                       .objectives = {Sphere(*bench.space, proposal.point)}});
  }
  const auto proposals = ProposalsAfter(bench, history, {.count = 3});
  RequireSound(*bench.space, proposals, 3, 0);
  for (const auto& proposal : proposals) {
    for (const auto& result : history) CHECK(!(proposal.point == result.point));
  }
}

TEST_CASE("Many trials may be under way", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  SampleRequest request{.count = 2, .first_trial_number = 300};
  RandomStream stream(4, 0, "test.pending");
  for (int i = 30; i < 300; ++i) request.pending.push_back({i, RandomPoint(*bench.space, stream)});
  RequireSound(*bench.space, ProposalsAfter(bench, History(*bench.space, 30), request), 2, 300);
}

TEST_CASE("Fifty thousand trials are taken in and answered from", "[sampler][slow]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto sampler = bench.Make();
  constexpr int kTrials = 50000, kTold = 1000, kAsked = 10000;
  for (int number = 0; number < kTrials; number += kTold) {
    sampler->Tell(History(*bench.space, kTold, number));
    if ((number + kTold) % kAsked != 0) continue;
    const int64_t next = number + kTold;
    RequireSound(*bench.space, Propose(*sampler, {.count = 2, .first_trial_number = next}), 2,
                 next);
  }
}

}  // namespace qalam
