// What every sampler of the registry promises; a new row is under this suite unasked.

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "suggestion/registry.h"
#include "tests/support/resource.h"

namespace qalam {
namespace {

Parameter Range(const std::string& name, ParameterType type, const std::string& min,
                const std::string& max, const std::string& step = "",
                Distribution distribution = Distribution::kUniform) {
  Parameter parameter{.name = name, .type = type};
  parameter.feasible_space = {.min = min, .max = max, .step = step, .distribution = distribution};
  return parameter;
}

Parameter List(const std::string& name, ParameterType type, std::vector<std::string> values) {
  Parameter parameter{.name = name, .type = type};
  parameter.feasible_space.list = std::move(values);
  return parameter;
}

// A space with one parameter of each kind; all finite, so that every algorithm takes it.
std::vector<Parameter> MixedSpace() {
  return {Range("stepped", ParameterType::kDouble, "0.1", "0.7", "0.2"),
          Range("whole", ParameterType::kInt, "-2", "4"),
          Range("log", ParameterType::kInt, "1", "1000", "", Distribution::kLogUniform),
          List("list", ParameterType::kDiscrete, {"128", "16", "1e-1"}),
          List("word", ParameterType::kCategorical, {"relu", "tanh"})};
}

struct Bench {
  ExperimentSpec spec;
  std::unique_ptr<SearchSpace> space;
  std::unique_ptr<Sampler> Make(uint64_t seed = 7) const {
    auto sampler = CreateSampler(spec, *space, seed);
    INFO(Message(sampler.status()));
    REQUIRE(sampler.ok());
    return *std::move(sampler);
  }
};

Bench MakeBench(const std::string& algorithm, const std::vector<Parameter>& parameters) {
  Bench bench;
  bench.spec.algorithm.name = algorithm;
  bench.spec.parameters = parameters;
  AddResource(bench.spec, "1", "27");
  auto space = SearchSpace::Create(bench.spec.parameters);
  REQUIRE(space.ok());
  bench.space = std::make_unique<SearchSpace>(*std::move(space));
  return bench;
}

std::string AnyAlgorithm() {
  const auto index = GENERATE(range(0, static_cast<int>(AlgorithmRegistry().size())));
  return AlgorithmRegistry()[index].name;
}

double Sphere(const SearchSpace& space, const Point& point) {
  return (space.ToUnit(point).array() - 0.3).square().sum();
}

// A history of `count` trials with every kind of end.
std::vector<TrialResult> History(const SearchSpace& space, int count) {
  std::vector<TrialResult> results;
  RandomStream stream(3, 0, "test.history");
  const TrialState states[] = {TrialState::kSucceeded, TrialState::kFailed, TrialState::kKilled,
                               TrialState::kEarlyStopped, TrialState::kMetricsUnavailable};
  for (int i = 0; i < count; ++i) {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
    for (auto& x : unit) x = stream.Uniform();
    TrialResult result{.number = i, .point = space.FromUnit(unit), .state = states[i % 5]};
    if (i % 5 == 0 || i % 5 == 3) {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      result.objectives = {i % 15 == 0 ? nan : Sphere(space, result.point)};
    }
    results.push_back(result);
  }
  return results;
}

bool Same(const std::vector<Proposal>& a, const std::vector<Proposal>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.trial_number == y.trial_number && x.point == y.point;
  });
}

}  // namespace

TEST_CASE("Proposals lie in the space exactly and are numbered in order", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Bench bench = MakeBench(algorithm, MixedSpace());
  const auto sampler = bench.Make();
  sampler->Tell(History(*bench.space, 60));
  const auto proposals = *sampler->Suggest({.count = 20, .first_trial_number = 60});
  REQUIRE(proposals.size() == 20);
  for (size_t i = 0; i < proposals.size(); ++i) {
    CHECK(proposals[i].trial_number == 60 + static_cast<int64_t>(i));
    const auto text = bench.space->Format(proposals[i].point);
    const auto read = bench.space->Parse(text);
    INFO(Message(read.status()));
    REQUIRE(read.ok());
    CHECK(*read == proposals[i].point);
  }
}

TEST_CASE("Suggest is repeatable and Tell depends on the set alone", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Bench bench = MakeBench(algorithm, MixedSpace());
  auto history = History(*bench.space, 80);
  const SampleRequest request{.count = 5, .first_trial_number = 80};
  const auto unbroken = bench.Make();
  unbroken->Tell(history);
  const auto expected = *unbroken->Suggest(request);
  CHECK(Same(expected, *unbroken->Suggest(request)));

  const auto one_by_one = bench.Make();
  std::reverse(history.begin(), history.end());
  for (const auto& result : history) one_by_one->Tell({&result, 1});
  CHECK(Same(expected, *one_by_one->Suggest(request)));
}

TEST_CASE("Proposals are no twins while untried points remain", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Bench bench = MakeBench(algorithm, {Range("a", ParameterType::kInt, "0", "4"),
                                            List("b", ParameterType::kCategorical, {"x", "y"})});
  const auto sampler = bench.Make();
  std::vector<Point> seen;
  for (int i = 0; i < 10; ++i) {
    // Half of what was handed out is finished, the rest pending.
    SampleRequest request{.count = 1, .first_trial_number = i};
    for (int j = i / 2 * 2; j < i; ++j) request.pending.push_back({j, seen[j]});
    const auto proposals = *sampler->Suggest(request);
    REQUIRE(proposals.size() == 1);
    CHECK(std::find(seen.begin(), seen.end(), proposals[0].point) == seen.end());
    seen.push_back(proposals[0].point);
    if (i % 2 == 1) {
      for (int j : {i - 1, i}) {
        const TrialResult result{.number = j, .point = seen[j], .objectives = {1.0 * j}};
        sampler->Tell({&result, 1});
      }
    }
  }
  const auto more = *sampler->Suggest({.count = 3, .first_trial_number = 10});
  CHECK(more.size() == (FindAlgorithm(algorithm)->capabilities.exhaustible ? 0 : 3));
}

TEST_CASE("A history without a single usable value does no harm", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Bench bench = MakeBench(algorithm, MixedSpace());
  const auto sampler = bench.Make();
  auto history = History(*bench.space, 40);
  for (auto& result : history) {
    result.state = TrialState::kFailed;
    result.objectives.clear();
  }
  sampler->Tell(history);
  CHECK(sampler->Suggest({.count = 4, .first_trial_number = 40})->size() == 4);
}

TEST_CASE("A space of one point works", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  const Bench bench = MakeBench(algorithm, {List("a", ParameterType::kCategorical, {"only"})});
  const auto proposals = *bench.Make()->Suggest({.count = 1, .first_trial_number = 0});
  REQUIRE(proposals.size() == 1);
  CHECK(bench.space->Format(proposals[0].point).front() == Assignment{"a", "only"});
}

TEST_CASE("A conditional parameter is there only while its condition holds", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  auto parameters = MixedSpace();
  parameters[1].active_when = ActiveWhen{"word", {"tanh"}};
  const Bench bench = MakeBench(algorithm, parameters);
  const auto sampler = bench.Make();
  sampler->Tell(History(*bench.space, 50));
  const auto proposals = *sampler->Suggest({.count = 30, .first_trial_number = 50});
  for (const auto& proposal : proposals) {
    const bool tanh = bench.space->operator[](4).Format(proposal.point.values[4]) == "tanh";
    CHECK(std::isnan(proposal.point.values[1]) != tanh);
  }
}

TEST_CASE("Unknown settings and bad values are refused for every algorithm", "[sampler]") {
  const std::string algorithm = AnyAlgorithm();
  CAPTURE(algorithm);
  Bench bench = MakeBench(algorithm, MixedSpace());
  bench.spec.algorithm.settings = {{"colour", "red"}};
  const auto sampler = CreateSampler(bench.spec, *bench.space, 1);
  CHECK(sampler.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(sampler.status()).find("unknown setting colour for algorithm " + algorithm) == 0);
}

TEST_CASE("The Parzen samplers beat random search", "[sampler][slow]") {
  const std::string algorithm = GENERATE("tpe", "multivariate-tpe");
  CAPTURE(algorithm);
  std::vector<Parameter> parameters;
  for (int i = 0; i < 5; ++i) {
    parameters.push_back(Range(fmt::format("x{}", i), ParameterType::kDouble, "0", "1"));
  }
  const auto best_of = [&](const std::string& name, uint64_t seed) {
    const Bench bench = MakeBench(name, parameters);
    const auto sampler = bench.Make(seed);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 80; ++i) {
      const auto proposal = sampler->Suggest({.count = 1, .first_trial_number = i})->front();
      const double loss = Sphere(*bench.space, proposal.point);
      best = std::min(best, loss);
      const TrialResult result{.number = i, .point = proposal.point, .objectives = {loss}};
      sampler->Tell({&result, 1});
    }
    return best;
  };
  int wins = 0;
  constexpr int kSeeds = 20;
  for (int seed = 1; seed <= kSeeds; ++seed)
    wins += best_of(algorithm, seed) < best_of("random", seed);
  // A fair coin gives 16 or more heads of 20 with probability 0.006.
  CHECK(wins >= 16);
}

}  // namespace qalam
