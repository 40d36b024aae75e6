// That what learns is better than random search, by a sign test over fixed seeds.

#include <algorithm>
#include <functional>
#include <limits>

#include "suggestion/multi_objective/hypervolume.h"
#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

constexpr int kSeeds = 20;
// A fair coin gives 16 or more heads of 20 with probability 0.006.
constexpr int kFewestWins = 16;

using Objectives = std::function<ObjectiveVector(const SearchSpace&, const Point&)>;

// The objectives of a run of `trials`, one at a time.
std::vector<ObjectiveVector> RunSampler(Bench bench, const std::string& algorithm, uint64_t seed,
                                        int trials, const Objectives& objectives) {
  bench.spec.algorithm = {.name = algorithm};  // with its own defaults
  const auto sampler = bench.Make(seed);
  std::vector<ObjectiveVector> seen;
  for (int i = 0; i < trials; ++i) {
    const auto proposal = Propose(*sampler, {.count = 1, .first_trial_number = i}).front();
    seen.push_back(objectives(*bench.space, proposal.point));
    const TrialResult result = Ended(proposal, seen.back());
    sampler->Tell({&result, 1});
  }
  return seen;
}

double Best(const std::vector<ObjectiveVector>& seen) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& objectives : seen) best = std::min(best, objectives[0]);
  return best;
}

std::vector<Parameter> FiveNumbers() {
  std::vector<Parameter> parameters;
  for (int i = 0; i < 5; ++i) {
    parameters.push_back(Range(fmt::format("x{}", i), ParameterType::kDouble, "0", "1"));
  }
  return parameters;
}

// In how many of kSeeds pairs of runs the algorithm's best is below random search's.
int WinsOverRandom(const std::string& algorithm, const std::vector<Parameter>& parameters,
                   int trials, const Objectives& objectives) {
  int wins = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    wins +=
        Best(RunSampler(MakeBench(algorithm, parameters), algorithm, seed, trials, objectives)) <
        Best(RunSampler(MakeBench(algorithm, parameters), "random", seed, trials, objectives));
  }
  return wins;
}

ObjectiveVector SphereAlone(const SearchSpace& space, const Point& point) {
  return {Sphere(space, point)};
}

}  // namespace

TEST_CASE("The Parzen samplers beat random search", "[sampler][slow]") {
  const std::string algorithm = GENERATE("tpe", "multivariate-tpe");
  CAPTURE(algorithm);
  CHECK(WinsOverRandom(algorithm, FiveNumbers(), 80, SphereAlone) >= kFewestWins);
}

// Operations in a cell: each has a worth, and some neighbours do not go together.
TEST_CASE("Architecture searches beat random search on cells of operations", "[sampler][slow]") {
  const std::string algorithm = GENERATE("evolution", "local-search", "enas");
  CAPTURE(algorithm);
  std::vector<Parameter> parameters;
  for (int i = 0; i < 8; ++i) {
    parameters.push_back(List(fmt::format("op{}", i), ParameterType::kCategorical,
                              {"none", "skip", "conv1", "conv3", "pool"}));
  }
  const auto loss = [](const SearchSpace& space, const Point& point) -> ObjectiveVector {
    constexpr double kWorth[] = {0, 1, 2, 3, 1};
    double sum = 0;
    for (size_t i = 0; i < space.size(); ++i) {
      const auto operation = static_cast<size_t>(point.values[i]);
      sum += kWorth[(operation + i) % 5];
      if (i > 0 && point.values[i] == point.values[i - 1]) sum -= 0.5;
    }
    return {-sum};
  };
  CHECK(WinsOverRandom(algorithm, parameters, 120, loss) >= kFewestWins);
}

TEST_CASE("Evolution and nsga2 beat random search on numbers", "[sampler]") {
  const std::string algorithm = GENERATE("evolution", "nsga2");
  CAPTURE(algorithm);
  CHECK(WinsOverRandom(algorithm, FiveNumbers(), 200, SphereAlone) >= kFewestWins);
}

// Two parabolas in five parameters: the Pareto set is the segment between their optima.
TEST_CASE("nsga2 dominates more than random search", "[sampler]") {
  const auto parameters = FiveNumbers();
  const auto parabolas = [](const SearchSpace& space, const Point& point) -> ObjectiveVector {
    const Eigen::ArrayXd unit = space.ToUnit(point);
    return {(unit - 0.2).square().sum(), (unit - 0.7).square().sum()};
  };
  const auto volume = [&](const std::string& algorithm, uint64_t seed) {
    Bench run = MakeBench(algorithm, parameters);
    Demand(run.spec, 2, 0);
    return Hypervolume(RunSampler(std::move(run), algorithm, seed, 250, parabolas), {2, 2});
  };
  int wins = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    wins += volume("nsga2", seed) > volume("random", seed);
  }
  CHECK(wins >= kFewestWins);
}

}  // namespace qalam
