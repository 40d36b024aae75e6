// That what learns is better than random search, by a sign test over fixed seeds.

#include <algorithm>
#include <functional>
#include <limits>

#include "suggestion/multi_objective/pareto.h"
#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

constexpr int kSeeds = 20;
// A fair coin gives 16 or more heads of 20 with probability 0.006.
constexpr int kFewestWins = 16;

using Objectives = std::function<ObjectiveVector(const SearchSpace&, const Point&)>;

// The objectives of a run of `trials`, one at a time.
std::vector<ObjectiveVector> Run(Bench bench, const std::string& algorithm, uint64_t seed,
                                 int trials, const Objectives& objectives) {
  bench.spec.algorithm.name = algorithm;
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

ObjectiveVector SphereAlone(const SearchSpace& space, const Point& point) {
  return {Sphere(space, point)};
}

}  // namespace

TEST_CASE("The Parzen samplers beat random search", "[sampler][slow]") {
  const std::string algorithm = GENERATE("tpe", "multivariate-tpe");
  CAPTURE(algorithm);
  std::vector<Parameter> parameters;
  for (int i = 0; i < 5; ++i) {
    parameters.push_back(Range(fmt::format("x{}", i), ParameterType::kDouble, "0", "1"));
  }
  int wins = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    wins += Best(Run(MakeBench(algorithm, parameters), algorithm, seed, 80, SphereAlone)) <
            Best(Run(MakeBench(algorithm, parameters), "random", seed, 80, SphereAlone));
  }
  CHECK(wins >= kFewestWins);
}

}  // namespace qalam
