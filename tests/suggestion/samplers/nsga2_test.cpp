#include <algorithm>

#include "suggestion/samplers/nsga2_population.h"
#include "tests/suggestion/conformance/support.h"

namespace qalam {

namespace {

std::vector<Individual> Individuals(int count) {
  RandomStream stream(1, 0, "test");
  std::vector<Individual> individuals;
  for (int i = -7; i < count; ++i) {
    individuals.push_back({.number = i,
                           .genes = {},
                           .objectives = {stream.Uniform(), stream.Uniform()},
                           .violation = stream.UniformInt(4) == 0 ? stream.Uniform() : 0});
  }
  return individuals;
}

std::vector<int64_t> Numbers(const std::vector<RankedIndividual>& ranked) {
  std::vector<int64_t> numbers;
  for (const auto& it : ranked) numbers.push_back(it.individual->number);
  return numbers;
}

}  // namespace

TEST_CASE("Survivors are whole fronts and then the least crowded", "[nsga2]") {
  // Front 0 is a line with spacings 1, 1, 2, 4 in the first objective; one point is dominated.
  std::vector<Individual> individuals;
  for (const double x : {0.0, 1.0, 2.0, 4.0, 8.0}) {
    individuals.push_back({.number = static_cast<int64_t>(x), .objectives = {x, -x}});
  }
  individuals.push_back({.number = 9, .objectives = {8, 8}});
  std::vector<const Individual*> candidates;
  for (const auto& individual : individuals) candidates.push_back(&individual);
  CHECK(Numbers(SelectSurvivors(candidates, 5)) == std::vector<int64_t>{0, 1, 2, 4, 8});
  CHECK(Numbers(SelectSurvivors(candidates, 4)) == std::vector<int64_t>{0, 2, 4, 8});
  CHECK(Numbers(SelectSurvivors(candidates, 3)) == std::vector<int64_t>{0, 4, 8});
  CHECK(SelectSurvivors(candidates, 10).size() == 6);
  individuals[0].violation = 1;
  CHECK(Numbers(SelectSurvivors(candidates, 5)) == std::vector<int64_t>{1, 2, 4, 8, 9});
}

TEST_CASE("The population depends on the set of trials alone", "[nsga2]") {
  auto individuals = Individuals(95);
  Nsga2Population ordered(10), shuffled(10);
  for (const auto& individual : individuals) ordered.Add(individual);
  const auto expected = Numbers(ordered.Survivors());
  CHECK(expected.size() == 10);
  RandomStream stream(2, 0, "test");
  for (size_t i = individuals.size(); i > 1; --i) {
    std::swap(individuals[i - 1], individuals[stream.UniformInt(i)]);
  }
  for (const auto& individual : individuals) {
    shuffled.Add(individual);
    if (individual.number % 4 == 0) shuffled.Survivors();
  }
  CHECK(Numbers(shuffled.Survivors()) == expected);
}

TEST_CASE("No front member of the history is lost while the front fits", "[nsga2]") {
  Nsga2Population population(40);
  const auto individuals = Individuals(400);
  std::vector<ObjectiveVector> objectives;
  std::vector<double> violations;
  for (const auto& individual : individuals) {
    population.Add(individual);
    objectives.push_back(individual.objectives);
    violations.push_back(individual.violation);
  }
  const auto ranks = ConstrainedRanks(PointersTo(objectives), violations);
  const auto survivors = Numbers(population.Survivors());
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] > 0) continue;
    CHECK(std::find(survivors.begin(), survivors.end(), individuals[i].number) != survivors.end());
  }
}

}  // namespace qalam
