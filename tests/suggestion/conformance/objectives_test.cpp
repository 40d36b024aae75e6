// Several objectives and outcome constraints, by the algorithms that declare them.

#include <cmath>
#include <limits>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

// Objectives and violations of every kind, also too few of them.
std::vector<TrialResult> RichHistory(const Bench& bench, int count) {
  const size_t objective_count = 1 + bench.spec.objective.additional_objectives.size();
  const size_t constraint_count = bench.spec.constraints.size();
  auto history = History(*bench.space, count);
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  for (auto& result : history) {
    if (result.objectives.empty()) continue;
    const int64_t kind = result.number / 5 % 6;
    const double loss = Sphere(*bench.space, result.point);
    result.objectives = {loss};
    for (size_t i = 1; i < objective_count; ++i) {
      result.objectives.push_back(static_cast<double>(i) - loss);
    }
    for (size_t i = 0; i < constraint_count; ++i) {
      result.violations.push_back(loss - 0.2 * static_cast<double>(i));
    }
    if (kind == 1) result.objectives.back() = nan;
    if (kind == 2) result.objectives.back() = infinity;
    if (kind == 3) result.objectives.front() = -infinity;
    if (kind == 4 && objective_count > 1) result.objectives.pop_back();
    if (kind == 5 && constraint_count > 0) result.violations.back() = nan;
  }
  return history;
}

void RequireSoundAndReplayable(const Bench& bench) {
  auto history = RichHistory(bench, 90);
  const SampleRequest request{.count = 3, .first_trial_number = 90};
  RequireSound(*bench.space, ProposalsAfter(bench, {}, {.count = 3}), 3, 0);
  const auto expected = ProposalsAfter(bench, history, request);
  RequireSound(*bench.space, expected, 3, 90);
  RandomStream stream(2, 0, "test.order");
  Shuffle(history, stream);
  const auto sampler = bench.Make();
  for (const auto& result : history) {
    sampler->Tell({&result, 1});
    if (result.number % 10 == 0) (void)Propose(*sampler, request);
  }
  CHECK(Same(expected, Propose(*sampler, request)));
}

}  // namespace

TEST_CASE("Several objectives are taken where they are declared", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::multi_objective);
  CAPTURE(entry.name);
  Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const int objective_count = GENERATE(2, 3);
  const int constraint_count = GENERATE(0, 2);
  if (constraint_count > 0 && !entry.capabilities.constraints) return;
  CAPTURE(objective_count, constraint_count);
  Demand(bench.spec, objective_count, constraint_count);
  RequireSoundAndReplayable(bench);
}

TEST_CASE("Outcome constraints are taken where they are declared", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::constraints);
  CAPTURE(entry.name);
  Bench bench = MakeBench(entry.name, WidestSpace(entry));
  Demand(bench.spec, 1, 2);
  RequireSoundAndReplayable(bench);
  // No trial keeps them, or nothing is known of any.
  for (const double violation : {5.0, std::nan("")}) {
    auto history = RichHistory(bench, 60);
    for (auto& result : history) {
      if (!result.violations.empty()) result.violations = {violation, -1};
    }
    const SampleRequest request{.count = 3, .first_trial_number = 60};
    RequireSound(*bench.space, ProposalsAfter(bench, history, request), 3, 60);
  }
}

TEST_CASE("What an algorithm does not declare is refused by a sentence", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto refusal = [&](int objective_count, int constraint_count) {
    Demand(bench.spec, objective_count, constraint_count);
    const auto sampler = CreateSampler(bench.spec, *bench.space, 1);
    if (sampler.ok()) return std::string();
    CHECK(sampler.status().code() == StatusCode::kInvalidArgument);
    return Message(sampler.status());
  };
  CHECK(refusal(1, 0).empty());
  const std::string objectives = refusal(2, 0), constraints = refusal(1, 1);
  const std::string start = "the algorithm " + entry.name;
  CHECK(objectives.empty() == entry.capabilities.multi_objective);
  if (!objectives.empty()) CHECK(objectives.find(start + " takes one objective") == 0);
  CHECK(constraints.empty() == entry.capabilities.constraints);
  if (!constraints.empty()) {
    CHECK(constraints.find(start + " does not take constraints over metrics") == 0);
  }
}

}  // namespace qalam
