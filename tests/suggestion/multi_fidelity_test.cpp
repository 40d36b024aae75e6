#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "base/random.h"
#include "suggestion/multi_fidelity/bracket_sampler.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

Parameter Number(const std::string& name, ParameterType type, const std::string& min,
                 const std::string& max) {
  Parameter parameter{.name = name, .type = type};
  parameter.feasible_space = {.min = min, .max = max};
  return parameter;
}

ExperimentSpec MultiFidelitySpec(const std::string& algorithm, const std::string& most) {
  ExperimentSpec spec;
  spec.algorithm.name = algorithm;
  spec.algorithm.settings = {{"resource_name", "epochs"}};
  spec.parameters = {Number("x", ParameterType::kDouble, "0", "1"),
                     Number("epochs", ParameterType::kInt, "1", most)};
  return spec;
}

ResourceLadder Ladder(const ExperimentSpec& spec, const SearchSpace& space) {
  Settings settings;
  REQUIRE(
      Settings::Parse(spec.algorithm.name, ResourceSettings(), spec.algorithm.settings, &settings)
          .empty());
  auto ladder = ResourceLadder::Create(space, settings);
  INFO(Message(ladder.status()));
  REQUIRE(ladder.ok());
  return *ladder;
}

TrialResult Result(int64_t number, double x, double epochs, double loss) {
  return {.number = number, .point = {{x, epochs}}, .objectives = {loss}};
}

TrialResult Failure(int64_t number, double x, double epochs) {
  return {.number = number, .point = {{x, epochs}}, .state = TrialState::kFailed};
}

}  // namespace

TEST_CASE("The levels of a resource are powers of eta on its own grid", "[fidelity]") {
  auto spec = MultiFidelitySpec("hyperband", "81");
  const auto space = *SearchSpace::Create(spec.parameters);
  CHECK(Ladder(spec, space).levels() == std::vector<double>{1, 3, 9, 27, 81});
  spec.algorithm.settings = {{"resource_name", "epochs"}, {"eta", "4"}, {"r_l", "50"}};
  // 50 / 4 and 50 / 16, as whole numbers.
  CHECK(Ladder(spec, space).levels() == std::vector<double>{3, 13, 50});
  spec.algorithm.settings = {{"resource_name", "epochs"}, {"r_min", "10"}};
  CHECK(Ladder(spec, space).levels() == std::vector<double>{27, 81});
}

TEST_CASE("Brackets are those of Hyperband's algorithm 1", "[fidelity]") {
  const auto spec = MultiFidelitySpec("hyperband", "81");
  const auto space = *SearchSpace::Create(spec.parameters);
  std::vector<int64_t> configurations;
  for (const auto& bracket : HyperbandBrackets(Ladder(spec, space))) {
    CHECK(bracket.first_level == configurations.size());
    configurations.push_back(bracket.configurations);
  }
  // R = 81, eta = 3: n = ceil(5 / (s + 1) * 3^s) for s = 4, ..., 0.
  CHECK(configurations == std::vector<int64_t>{81, 34, 15, 8, 5});
}

TEST_CASE("Hyperband begins a round with the configurations of each bracket", "[fidelity]") {
  const auto spec = MultiFidelitySpec("hyperband", "9");
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 1);
  std::map<double, int> begun;
  const auto proposals = *sampler->Suggest({.count = 17});
  for (const auto& proposal : proposals) ++begun[proposal.point.values[1]];
  // 9 and 5 and 3 of them at 1, 3 and 9 epochs.
  CHECK(begun == std::map<double, int>{{1, 9}, {3, 5}, {9, 3}});
}

TEST_CASE("A configuration goes on as soon as it is in the best third", "[fidelity]") {
  const auto spec = MultiFidelitySpec("asha", "9");
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 1);
  const std::vector<TrialResult> two = {Result(0, 0.1, 1, 5), Result(1, 0.2, 1, 4)};
  sampler->Tell(two);
  CHECK(sampler->Suggest({.first_trial_number = 2})->front().point.values[1] == 1);
  const auto third = Result(2, 0.3, 1, 6);
  sampler->Tell({&third, 1});
  const auto promoted = sampler->Suggest({.count = 2, .first_trial_number = 3});
  CHECK(promoted->at(0).point == Point{{0.2, 3}});
  CHECK(promoted->at(0).labels.at("rung") == "1");
  CHECK(promoted->at(1).point.values[1] == 1);
  // While it runs there it is not promoted again.
  const auto next =
      sampler->Suggest({.first_trial_number = 5,
                        .pending = {{3, promoted->at(0).point}, {4, promoted->at(1).point}}});
  CHECK(next->front().point.values[1] == 1);
}

TEST_CASE("A failed trial never blocks a rung", "[fidelity]") {
  const auto spec = MultiFidelitySpec("asha", "9");
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto sampler = *CreateSampler(spec, space, 1);
  const std::vector<TrialResult> history = {Failure(0, 0.1, 1), Result(1, 0.2, 1, 4),
                                            Failure(2, 0.3, 1)};
  sampler->Tell(history);
  CHECK(sampler->Suggest({.first_trial_number = 3})->front().point == Point{{0.2, 3}});
  const auto failed = Failure(3, 0.2, 3);
  sampler->Tell({&failed, 1});
  // It is not tried again at that level, and others go on.
  CHECK(sampler->Suggest({.first_trial_number = 4})->front().point.values[1] == 1);
}

TEST_CASE("Promotions do not depend on the order in which levels were told", "[fidelity]") {
  const auto spec = MultiFidelitySpec("hyperband", "9");
  const auto space = *SearchSpace::Create(spec.parameters);
  std::vector<TrialResult> history;
  for (int i = 0; i < 9; ++i) history.push_back(Result(i, 0.1 * i, 1, i));
  for (int i = 0; i < 3; ++i) history.push_back(Result(9 + i, 0.1 * i, 3, i));
  const auto forward = *CreateSampler(spec, space, 1);
  forward->Tell(history);
  std::reverse(history.begin(), history.end());
  const auto backward = *CreateSampler(spec, space, 1);
  for (const auto& result : history) backward->Tell({&result, 1});
  const SampleRequest request{.count = 4, .first_trial_number = 12};
  const auto expected = *forward->Suggest(request);
  CHECK(expected.front().point == Point{{0, 9}});
  const auto proposals = *backward->Suggest(request);
  for (size_t i = 0; i < expected.size(); ++i) CHECK(proposals[i].point == expected[i].point);
}

TEST_CASE("A promotion that would break a constraint goes to the next best", "[fidelity]") {
  auto spec = MultiFidelitySpec("asha", "9");
  spec.constraints = {"x * epochs <= 1"};
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 1);
  std::vector<TrialResult> history;
  for (int i = 0; i < 6; ++i) history.push_back(Result(i, 0.1 + 0.15 * i, 1, -i));
  sampler->Tell(history);
  // At three epochs the four best break it; two of six may go on.
  const auto proposals = *sampler->Suggest({.count = 3, .first_trial_number = 6});
  CHECK(proposals[0].point == Point{{0.1 + 0.15 * 1, 3}});
  CHECK(proposals[1].point == Point{{0.1 + 0.15 * 0, 3}});
  CHECK(proposals[2].point.values[1] == 1);
}

TEST_CASE("A constraint over the resource is kept at every level", "[fidelity]") {
  const std::string algorithm = GENERATE("asha", "hyperband", "bohb");
  CAPTURE(algorithm);
  ExperimentSpec spec = MultiFidelitySpec(algorithm, "27");
  spec.parameters.push_back(Number("batch", ParameterType::kInt, "16", "512"));
  // One that is kept by few points at the highest level, by none there, and by none at the lowest.
  spec.constraints = {
      GENERATE("batch * epochs <= 4096", "batch * epochs <= 435", "epochs <= 9", "epochs >= 5")};
  CAPTURE(spec.constraints[0]);
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 1);
  // What breaks the constraint may be among the best of earlier results.
  std::vector<TrialResult> earlier;
  for (int i = 0; i < 12; ++i) {
    const double epochs = i % 2 == 0 ? 1 : 27;
    earlier.push_back(
        {.number = i - 12, .point = {{0.01 * i, epochs, 500.0 + i}}, .objectives = {-600.0 - i}});
  }
  sampler->Tell(earlier);
  std::map<double, int> levels;
  for (int i = 0; i < 150; ++i) {
    const auto proposals = sampler->Suggest({.first_trial_number = i});
    INFO(Message(proposals.status()));
    REQUIRE(proposals.ok());
    const Point& point = proposals->front().point;
    REQUIRE(space.IsFeasible(point));
    ++levels[point.values[1]];
    // The larger the batch the better, so that the best do not go far.
    const TrialResult result{.number = i, .point = point, .objectives = {-point.values[2]}};
    sampler->Tell({&result, 1});
  }
  for (const auto& [epochs, count] : levels) {
    CHECK((epochs == 1 || epochs == 3 || epochs == 9 || epochs == 27));
    CHECK(count > 0);
  }
  CHECK(levels.size() > 1);
}

TEST_CASE("A resource that is missing, unknown or no number is refused", "[fidelity]") {
  auto spec = MultiFidelitySpec("asha", "9");
  const auto space = *SearchSpace::Create(spec.parameters);
  const auto message = [&](std::vector<Setting> settings) {
    spec.algorithm.settings = std::move(settings);
    return Message(CreateSampler(spec, space, 1).status());
  };
  CHECK(message({}).find("resource_name should be") == 0);
  CHECK(message({{"resource_name", "nothing"}}).find("there is no nothing") != std::string::npos);
  CHECK(message({{"resource_name", "epochs"}, {"r_l", "10"}}).find("r_l (10) should be") !=
        std::string::npos);
  CHECK(message({{"resource_name", "x"}}).find("r_min should be above 0") == 0);
}

TEST_CASE("With the same epochs in all, halving finds better than full training",
          "[fidelity][slow]") {
  const std::string algorithm = GENERATE("asha", "hyperband", "bohb");
  CAPTURE(algorithm);
  constexpr double kEpochs = 81 * 20;
  // A curve that falls to (x - 0.3)^2, with noise that more training removes.
  const auto loss = [](double x, double epochs, RandomStream& stream) {
    return (x - 0.3) * (x - 0.3) + 1 / epochs + 0.05 * stream.Normal() / epochs;
  };
  int wins = 0;
  constexpr int kSeeds = 20;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    const auto spec = MultiFidelitySpec(algorithm, "81");
    const auto space = *SearchSpace::Create(spec.parameters);
    const auto sampler = *CreateSampler(spec, space, seed);
    RandomStream noise(seed, 0, "test.noise");
    double best = INFINITY, spent = 0;
    for (int i = 0; spent < kEpochs; ++i) {
      const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
      const auto result = Result(i, point.values[0], point.values[1],
                                 loss(point.values[0], point.values[1], noise));
      sampler->Tell({&result, 1});
      spent += point.values[1];
      if (point.values[1] == 81) best = std::min(best, std::fabs(point.values[0] - 0.3));
    }
    double best_random = INFINITY;
    for (int i = 0; i < 20; ++i)
      best_random = std::min(best_random, std::fabs(noise.Uniform() - 0.3));
    wins += best < best_random;
  }
  // A fair coin gives 15 or more heads of 20 with probability 0.02.
  CHECK(wins >= 15);
}

}  // namespace qalam
