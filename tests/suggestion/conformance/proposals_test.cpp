// Where proposals may lie. A new row of the registry is under this suite unasked.

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

TEST_CASE("Proposals lie in the space exactly and are numbered in order", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  RequireSound(*bench.space, ProposalsAfter(bench, {}, {.count = 20}), 20, 0);
  const SampleRequest later{.count = 20, .first_trial_number = 60};
  RequireSound(*bench.space, ProposalsAfter(bench, History(*bench.space, 60), later), 20, 60);
  CHECK(ProposalsAfter(bench, {}, {.count = 0}).empty());
}

// An optimum at a corner draws a model's samples to the bounds and over.
TEST_CASE("Bounds hold where the best trials lie at the ends", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const double corner = GENERATE(0.0, 1.0);
  const Bench bench = MakeBench(entry.name, WidestSpace(entry));
  const auto sampler = bench.Make();
  for (int i = 0; i < 40; ++i) {
    const auto proposals = Propose(*sampler, {.count = 1, .first_trial_number = i});
    RequireSound(*bench.space, proposals, 1, i);
    const double loss = (bench.space->ToUnit(proposals[0].point).array() - corner).square().sum();
    const TrialResult result = Ended(proposals[0], {loss});
    sampler->Tell({&result, 1});
  }
}

TEST_CASE("List values, steps and whole numbers are printed as the user wrote them", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, MixedSpace());
  const auto history = History(*bench.space, 30);
  const std::map<std::string, std::vector<std::string>> allowed = {
      {"stepped", {"0.1", "0.3", "0.5", "0.7"}},
      {"whole", {"-2", "-1", "0", "1", "2", "3", "4"}},
      {"list", {"128", "16", "1e-1"}},
      {"word", {"relu", "tanh"}}};
  for (const auto& proposal :
       ProposalsAfter(bench, history, {.count = 20, .first_trial_number = 30})) {
    for (const auto& [name, value] : bench.space->Format(proposal.point)) {
      if (name == "log" || name == "epochs") continue;
      const auto& values = allowed.at(name);
      CAPTURE(name, value);
      CHECK(std::find(values.begin(), values.end(), value) != values.end());
    }
  }
}

// Uniform draws, space-filling ones and a Gaussian about the middle are all symmetric.
TEST_CASE("Both ends of a range are drawn, one as often as the other", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  if (entry.capabilities.exhaustible) return;  // goes through the points from one end
  const Bench bench = MakeBench(entry.name, {Range("whole", ParameterType::kInt, "0", "3"),
                                             Range("step", ParameterType::kDouble, "0", "1", "0.5"),
                                             Range("wide", ParameterType::kInt, "1", "100000")});
  constexpr int kSeeds = 200, kTrials = 4;
  int low[2] = {}, high[2] = {};
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const auto sampler = bench.Make(static_cast<uint64_t>(seed));
    const auto proposals = Propose(*sampler, {.count = kTrials});
    for (const auto& proposal : proposals) {
      for (size_t d = 0; d < 2; ++d) {
        low[d] += proposal.point.values[d] == (*bench.space)[d].low();
        high[d] += proposal.point.values[d] == (*bench.space)[d].high();
      }
    }
  }
  for (int d = 0; d < 2; ++d) {
    CAPTURE(d, low[d], high[d]);
    CHECK(low[d] > kSeeds * kTrials / 50);
    CHECK(high[d] > kSeeds * kTrials / 50);
    // The difference of two counts has at most the variance of their sum; four deviations.
    CHECK(std::abs(low[d] - high[d]) < 4 * std::sqrt(low[d] + high[d]));
  }
}

TEST_CASE("A space of one point works", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, {List("a", ParameterType::kCategorical, {"only"}),
                                             Range("b", ParameterType::kInt, "5", "5"),
                                             Range("c", ParameterType::kDouble, "0.5", "0.5")});
  const auto sampler = bench.Make();
  const auto proposals = Propose(*sampler, {.count = 1});
  REQUIRE(proposals.size() == 1);
  auto values = bench.space->Format(proposals[0].point);
  if (entry.capabilities.fidelity) values.pop_back();
  CHECK(values == std::vector<Assignment>{{"a", "only"}, {"b", "5"}, {"c", "0.5"}});
  for (int i = 0; i < 15; ++i) {
    TrialResult result = Ended(proposals[0], {1.0 * i});
    result.number = i;
    sampler->Tell({&result, 1});
  }
  const size_t more = entry.capabilities.exhaustible ? 0 : 2;
  RequireSound(*bench.space, Propose(*sampler, {.count = 2, .first_trial_number = 15}), more, 15);
}

TEST_CASE("A conditional parameter is there only while its condition holds", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::conditional);
  CAPTURE(entry.name);
  auto parameters = MixedSpace();
  parameters[1].active_when = ActiveWhen{"word", {"tanh"}};
  parameters[0].active_when = ActiveWhen{"whole", {"0", "1", "2", "3", "4"}};
  const Bench bench = MakeBench(entry.name, parameters);
  const auto sampler = bench.Make();
  sampler->Tell(History(*bench.space, 50));
  const auto proposals = Propose(*sampler, {.count = 30, .first_trial_number = 50});
  RequireSound(*bench.space, proposals, 30, 50);
  for (const auto& proposal : proposals) {
    const auto& values = proposal.point.values;
    const bool tanh = (*bench.space)[4].Format(values[4]) == "tanh";
    CHECK(std::isnan(values[1]) != tanh);
    CHECK(std::isnan(values[0]) != (tanh && values[1] >= 0));
  }
}

TEST_CASE("Conditions are refused by algorithms that do not take them", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  if (entry.capabilities.conditional) return;
  auto parameters = MixedSpace();
  parameters[1].active_when = ActiveWhen{"word", {"tanh"}};
  const Bench bench = MakeBench(entry.name, parameters);
  const auto sampler = CreateSampler(bench.spec, *bench.space, 1);
  CHECK(sampler.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(sampler.status()).find("activeWhen") != std::string::npos);
}

TEST_CASE("A continuum is refused by algorithms that need a finite space", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithmThat(&Capabilities::needs_finite);
  CAPTURE(entry.name);
  const Bench bench = MakeBench(entry.name, {Range("smooth", ParameterType::kDouble, "0", "1")});
  const auto sampler = CreateSampler(bench.spec, *bench.space, 1);
  CHECK(sampler.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(sampler.status()).find("parameter smooth should have a step") == 0);
}

TEST_CASE("Unknown settings and bad values are refused for every algorithm", "[sampler]") {
  const AlgorithmEntry& entry = AnyAlgorithm();
  CAPTURE(entry.name);
  Bench bench = MakeBench(entry.name, MixedSpace());
  bench.spec.algorithm.settings = {{"colour", "red"}};
  const auto unknown = CreateSampler(bench.spec, *bench.space, 1);
  CHECK(unknown.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(unknown.status()).find("unknown setting colour for algorithm " + entry.name) == 0);
  for (const auto& schema : entry.settings) {
    if (schema.type == SettingType::kString) continue;  // any text is a string
    CAPTURE(schema.name);
    bench.spec.algorithm.settings = {{schema.name, "red"}};
    const auto bad = CreateSampler(bench.spec, *bench.space, 1);
    CHECK(bad.status().code() == StatusCode::kInvalidArgument);
    CHECK(Message(bad.status()).find(schema.name + " should be ") != std::string::npos);
  }
}

}  // namespace qalam
