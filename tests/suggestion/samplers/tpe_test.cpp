// What the Parzen samplers promise beyond the conformance suite.

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "base/random.h"
#include "suggestion/multi_objective/hypervolume.h"
#include "suggestion/registry.h"
#include "suggestion/samplers/parameter_groups.h"
#include "suggestion/samplers/tpe_pareto_order.h"

namespace qalam {
namespace {

Parameter UnitRange(const std::string& name) {
  Parameter parameter{.name = name, .type = ParameterType::kDouble};
  parameter.feasible_space = {.min = "0", .max = "1"};
  return parameter;
}

std::vector<Parameter> UnitCube(int dimensions) {
  std::vector<Parameter> parameters;
  for (int i = 0; i < dimensions; ++i) parameters.push_back(UnitRange(fmt::format("x{}", i)));
  return parameters;
}

// "kind" chooses between a branch of one parameter and a better one of two.
std::vector<Parameter> Branches() {
  Parameter kind{.name = "kind", .type = ParameterType::kCategorical};
  kind.feasible_space.list = {"one", "two"};
  std::vector<Parameter> parameters = {UnitRange("a"), kind, UnitRange("b"), UnitRange("c")};
  parameters[0].active_when = ActiveWhen{"kind", {"one"}};
  parameters[2].active_when = parameters[3].active_when = ActiveWhen{"kind", {"two"}};
  return parameters;
}

struct Outcome {
  std::vector<double> objectives, violations;
};
using Problem = std::function<Outcome(const Point&)>;

std::unique_ptr<Sampler> MakeTpe(const std::string& algorithm, const SearchSpace& space,
                                 uint64_t seed, int objectives = 1, int constraints = 0) {
  const AlgorithmEntry* entry = FindAlgorithm(algorithm);
  Settings settings;
  REQUIRE(Settings::Parse(algorithm, entry->settings, {}, &settings).empty());
  return entry->create({.space = space,
                        .settings = settings,
                        .seed = seed,
                        .objective_count = objectives,
                        .constraint_count = constraints});
}

std::vector<TrialResult> Run(Sampler& sampler, const Problem& problem, int trials) {
  std::vector<TrialResult> results;
  for (int i = 0; i < trials; ++i) {
    auto proposals = *sampler.Suggest({.count = 1, .first_trial_number = i});
    REQUIRE(proposals.size() == 1);
    Outcome outcome = problem(proposals[0].point);
    results.push_back({.number = i,
                       .point = std::move(proposals[0].point),
                       .objectives = std::move(outcome.objectives),
                       .violations = std::move(outcome.violations)});
    sampler.Tell({&results.back(), 1});
  }
  return results;
}

double BestFeasible(const std::vector<TrialResult>& results) {
  double best = std::numeric_limits<double>::infinity();
  for (const auto& result : results) {
    bool feasible = true;
    for (const double violation : result.violations) feasible = feasible && violation <= 0;
    if (feasible) best = std::min(best, result.objectives[0]);
  }
  return best;
}

std::string AnyParzenSampler() { return GENERATE("tpe", "multivariate-tpe"); }

constexpr int kTpeSeeds = 12;
// A fair coin gives 11 or more heads of 12 with probability 0.003.
constexpr int kClearWins = 11;

// How often the algorithm's score is below random's.
int Wins(const std::string& algorithm, const SearchSpace& space, const Problem& problem, int trials,
         const std::function<double(const std::vector<TrialResult>&)>& score, int objectives = 1,
         int constraints = 0) {
  int wins = 0;
  for (uint64_t seed = 1; seed <= kTpeSeeds; ++seed) {
    const auto random = MakeTpe("random", space, seed + 100);
    const auto sampler = MakeTpe(algorithm, space, seed, objectives, constraints);
    wins += score(Run(*sampler, problem, trials)) < score(Run(*random, problem, trials));
  }
  return wins;
}

Observation Observed(int64_t number, std::vector<double> objectives, double violation = 0) {
  Observation observation;
  observation.number = number;
  observation.violation = violation;
  observation.objectives = std::move(objectives);
  return observation;
}

}  // namespace

TEST_CASE("Parameters are grouped by what makes them active, parents first", "[tpe]") {
  const auto space = *SearchSpace::Create(Branches());
  using Groups = std::vector<std::vector<size_t>>;
  CHECK(GroupParameters(space) == Groups{{1}, {0}, {2, 3}});

  auto nested = Branches();
  nested.push_back(UnitRange("d"));
  nested.back().feasible_space.step = "0.5";
  nested[0].active_when = ActiveWhen{"d", {"0.5"}};  // declared before its parent
  nested[4].active_when = ActiveWhen{"kind", {"two"}};
  CHECK(GroupParameters(*SearchSpace::Create(nested)) == Groups{{1}, {2, 3, 4}, {0}});
}

TEST_CASE("Several objectives: fronts in order, the cut one by hypervolume", "[tpe]") {
  // A front of four, of which the second hides beside the first, then a dominated point, then one
  // that breaks a constraint though nothing dominates it.
  const std::vector<Observation> owned = {Observed(0, {0.00, 1.00}), Observed(1, {0.01, 0.99}),
                                          Observed(2, {0.50, 0.50}), Observed(3, {1.00, 0.00}),
                                          Observed(4, {0.90, 0.90}), Observed(5, {-1, -1}, 0.5)};
  std::vector<const Observation*> given;
  for (const auto& observation : owned) given.push_back(&observation);
  const auto numbers = [](const std::vector<const Observation*>& ordered) {
    std::vector<int64_t> result;
    for (const Observation* observation : ordered) result.push_back(observation->number);
    return result;
  };
  CHECK(numbers(OrderByObjectives(given, 1))[0] == 2);
  auto three = numbers(OrderByObjectives(given, 3));
  CHECK(three[0] == 2);
  std::sort(three.begin() + 1, three.begin() + 3);
  CHECK((three[1] <= 1 && three[2] == 3));
  const auto five = numbers(OrderByObjectives(given, 5));
  CHECK(five[4] == 4);
  CHECK(five[5] == 5);
}

TEST_CASE("Parzen samplers find the feasible optimum", "[tpe][slow]") {
  const std::string algorithm = AnyParzenSampler();
  CAPTURE(algorithm);
  const auto space = *SearchSpace::Create(UnitCube(3));
  // The optimum lies on the edge of a ball that holds a fourteenth of the cube; without the
  // constraint it would be a corner.
  const Problem problem = [](const Point& point) -> Outcome {
    double sum = 0, square = 0;
    for (const double x : point.values) {
      sum += x;
      square += (x - 0.5) * (x - 0.5);
    }
    return {{sum}, {square - 0.065}};
  };
  CHECK(Wins(algorithm, space, problem, 80, BestFeasible, 1, 1) >= kClearWins);
}

TEST_CASE("Parzen samplers tune the better branch of a conditional space", "[tpe][slow]") {
  const std::string algorithm = AnyParzenSampler();
  CAPTURE(algorithm);
  const auto space = *SearchSpace::Create(Branches());
  const Problem problem = [](const Point& point) -> Outcome {
    const auto& v = point.values;
    if (v[1] == 0) return {{0.4 + std::fabs(v[0] - 0.2)}, {}};
    return {{std::fabs(v[2] - 0.7) + std::fabs(v[3] - 0.3)}, {}};
  };
  CHECK(Wins(algorithm, space, problem, 80, BestFeasible) >= kClearWins);
}

TEST_CASE("Parzen samplers approach a known Pareto front", "[tpe][slow]") {
  const std::string algorithm = AnyParzenSampler();
  CAPTURE(algorithm);
  const auto space = *SearchSpace::Create(UnitCube(6));
  // ZDT1 (Zitzler, Deb, Thiele, Evol. Comput. 8, 2000): the front is f2 = 1 - sqrt(f1).
  const Problem problem = [](const Point& point) -> Outcome {
    double g = 1;
    for (size_t i = 1; i < point.values.size(); ++i) g += 9 * point.values[i] / 5;
    const double f1 = point.values[0];
    return {{f1, g * (1 - std::sqrt(f1 / g))}, {}};
  };
  const auto score = [](const std::vector<TrialResult>& results) {
    std::vector<ObjectiveVector> points;
    for (const auto& result : results) points.push_back(result.objectives);
    return -Hypervolume(points, {1.1, 6});
  };
  CHECK(Wins(algorithm, space, problem, 100, score, 2) >= kClearWins);
  // The whole front dominates 6 * 1.1 - 1 + 2/3 = 6.267 of that box.
  const auto sampler = MakeTpe(algorithm, space, 1, 2);
  CHECK(-score(Run(*sampler, problem, 150)) > 0.85 * 6.267);
}

TEST_CASE("A history with several objectives and constraints is learnt in any order", "[tpe]") {
  const std::string algorithm = AnyParzenSampler();
  CAPTURE(algorithm);
  const auto space = *SearchSpace::Create(UnitCube(3));
  RandomStream stream(8, 0, "test.history");
  std::vector<TrialResult> history;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (int i = 0; i < 60; ++i) {
    TrialResult result{.number = i};
    for (int j = 0; j < 3; ++j) result.point.values.push_back(stream.Uniform());
    // Few distinct values, so that ties abound; and some that are missing.
    for (int j = 0; j < 2; ++j) result.objectives.push_back(std::floor(4 * stream.Uniform()));
    result.violations = {stream.Uniform() - 0.5};
    if (i % 7 == 0) result.objectives[1] = nan;
    if (i % 11 == 0) result.violations[0] = nan;
    if (i % 13 == 0) result.state = TrialState::kFailed;
    history.push_back(result);
  }
  const SampleRequest request{.count = 4, .first_trial_number = 60};
  const auto whole = MakeTpe(algorithm, space, 3, 2, 1);
  whole->Tell(history);
  const auto expected = *whole->Suggest(request);
  const auto reversed = MakeTpe(algorithm, space, 3, 2, 1);
  for (auto i = history.rbegin(); i != history.rend(); ++i) reversed->Tell({&*i, 1});
  const auto proposals = *reversed->Suggest(request);
  REQUIRE(proposals.size() == 4);
  for (size_t i = 0; i < proposals.size(); ++i) CHECK(proposals[i].point == expected[i].point);
}

TEST_CASE("Infinite and equal losses leave the model sound", "[tpe]") {
  const std::string algorithm = AnyParzenSampler();
  const double loss = GENERATE(-std::numeric_limits<double>::infinity(), 1.0, 1e308, -1e308);
  CAPTURE(algorithm, loss);
  const auto space = *SearchSpace::Create(UnitCube(3));
  const auto sampler = MakeTpe(algorithm, space, 1);
  RandomStream stream(9, 0, "test.history");
  for (int i = 0; i < 40; ++i) {
    TrialResult result{.number = i, .objectives = {i % 2 == 0 ? loss : 2 - loss}};
    for (int j = 0; j < 3; ++j) result.point.values.push_back(stream.Uniform());
    sampler->Tell({&result, 1});
  }
  const auto proposals = *sampler->Suggest({.count = 10, .first_trial_number = 40});
  for (const auto& proposal : proposals) {
    for (const double x : proposal.point.values) CHECK((x >= 0 && x <= 1));
  }
}

}  // namespace qalam
