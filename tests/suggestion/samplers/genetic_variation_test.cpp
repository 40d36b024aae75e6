#include "suggestion/samplers/genetic_variation.h"

#include <cmath>

#include "tests/suggestion/conformance/support.h"

namespace qalam {

TEST_CASE("Simulated binary crossover keeps the parents' mean and their bounds", "[genetic]") {
  RandomStream stream(1, 0, "test");
  constexpr int kDraws = 20000;
  double sum = 0;
  int within = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double child = SimulatedBinaryCrossover(0.6, 0.4, 20, stream);
    CHECK((child >= 0 && child <= 1));
    sum += child;
    within += child >= 0.4 && child <= 0.6;
  }
  // Symmetric about the mean; half of the spread factors are below one (Deb and Agrawal, eq. 9),
  // the bounds being far.
  CHECK(sum / kDraws == Approx(0.5).margin(0.005));
  CHECK(within / static_cast<double>(kDraws) == Approx(0.5).margin(0.02));
  CHECK(SimulatedBinaryCrossover(0.25, 0.25, 20, stream) == 0.25);
  for (int i = 0; i < 100; ++i) {
    const double child = SimulatedBinaryCrossover(0, 1, 2, stream);
    CHECK((child >= 0 && child <= 1));
  }
}

TEST_CASE("Polynomial mutation has its closed form's size", "[genetic]") {
  RandomStream stream(2, 0, "test");
  constexpr int kDraws = 20000;
  constexpr double kIndex = 20;
  double size = 0, shift = 0;
  for (int i = 0; i < kDraws; ++i) {
    const double moved = PolynomialMutation(0.5, kIndex, stream) - 0.5;
    size += std::abs(moved);
    shift += moved;
  }
  // Without bounds the mean of |delta| is 1 / (index + 2); those at a distance of a half cut off
  // draws beyond 0.5, of which there are 2^-21.
  CHECK(size / kDraws == Approx(1 / (kIndex + 2)).epsilon(0.03));
  CHECK(shift / kDraws == Approx(0).margin(0.002));
  for (const double end : {0.0, 1.0}) {
    for (int i = 0; i < 100; ++i) {
      const double moved = PolynomialMutation(end, kIndex, stream);
      CHECK((moved >= 0 && moved <= 1));
    }
  }
}

TEST_CASE("Children take each category from a parent unless it mutates", "[genetic]") {
  const Bench bench = MakeBench("nsga2", MixedSpace());
  const SearchSpace& space = *bench.space;
  RandomStream stream(3, 0, "test");
  const Point a = RandomPoint(space, stream), b = RandomPoint(space, stream);
  VariationOptions options;
  options.mutation_probability = 0;
  for (int i = 0; i < 50; ++i) {
    const Point child =
        MakeChild(space, EncodeGenes(space, a), EncodeGenes(space, b), options, stream);
    CHECK((child.values[4] == a.values[4] || child.values[4] == b.values[4]));
  }
  options.crossover_probability = 0;
  CHECK(MakeChild(space, EncodeGenes(space, a), EncodeGenes(space, b), options, stream) == a);
  options.mutation_probability = 1;
  for (int i = 0; i < 50; ++i) {
    const Point child =
        MakeChild(space, EncodeGenes(space, a), EncodeGenes(space, b), options, stream);
    for (size_t d = 0; d < space.size(); ++d) CHECK(child.values[d] != a.values[d]);
  }
}

TEST_CASE("A mutant differs in one parameter and keeps to the conditions", "[genetic]") {
  auto parameters = MixedSpace();
  parameters.push_back(Range("smooth", ParameterType::kDouble, "0", "1"));
  const Bench bench = MakeBench("evolution", parameters);
  RandomStream stream(4, 0, "test");
  for (int i = 0; i < 200; ++i) {
    const Point point = RandomPoint(*bench.space, stream);
    const Point mutant = MutateOneParameter(*bench.space, point, stream);
    int changed = 0;
    for (size_t d = 0; d < parameters.size(); ++d) changed += mutant.values[d] != point.values[d];
    CHECK(changed == 1);
  }
  parameters[1].active_when = ActiveWhen{"word", {"tanh"}};
  const Bench conditional = MakeBench("evolution", parameters);
  for (int i = 0; i < 200; ++i) {
    const Point mutant =
        MutateOneParameter(*conditional.space, RandomPoint(*conditional.space, stream), stream);
    const auto read = conditional.space->Parse(conditional.space->Format(mutant));
    REQUIRE(read.ok());
    CHECK(*read == mutant);
  }
}

}  // namespace qalam
