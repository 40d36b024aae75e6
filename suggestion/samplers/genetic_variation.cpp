#include "suggestion/samplers/genetic_variation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qalam {

namespace {

bool Chance(double probability, RandomStream& stream) { return stream.Uniform() < probability; }

// The middle of another cell of a finite dimension.
double MutateCategory(const Dimension& dimension, double x, RandomStream& stream) {
  const uint64_t count = dimension.cardinality();
  if (count < 2) return x;
  const auto own = static_cast<uint64_t>(x * static_cast<double>(count));
  const uint64_t other = (own + 1 + stream.UniformInt(count - 1)) % count;
  return (static_cast<double>(other) + 0.5) / static_cast<double>(count);
}

// Within its step nothing would change: so at least to the next one, on the side of `moved`.
double MoveAtLeastOneStep(const Dimension& dimension, double x, double moved) {
  const uint64_t count = dimension.cardinality();
  if (count < 2) return moved;
  const uint64_t rank = dimension.IndexOf(dimension.FromUnit(x));
  if (dimension.IndexOf(dimension.FromUnit(moved)) != rank) return moved;
  const bool down = rank + 1 == count || (rank > 0 && moved < x);
  return dimension.ToUnit(dimension.ValueAt(down ? rank - 1 : rank + 1));
}

// A step that would leave [0, 1] goes the other way.
double MoveByAnyScale(double x, RandomStream& stream) {
  constexpr double kLargest = 0.5;         // the other way is always free then
  const double kScales = std::log(100.0);  // from the largest step to the smallest
  const double step = kLargest * std::exp(-kScales * stream.Uniform());
  const bool down = Chance(0.5, stream);
  if (down) return x - step < 0 ? x + step : x - step;
  return x + step > 1 ? x - step : x + step;
}

double CrossGene(const Dimension& dimension, double a, double b, double index,
                 RandomStream& stream) {
  if (std::isnan(a) && std::isnan(b)) return stream.Uniform();
  if (std::isnan(a)) return b;
  if (std::isnan(b) || !Chance(0.5, stream)) return a;
  if (dimension.is_categorical()) return b;
  return SimulatedBinaryCrossover(a, b, index, stream);
}

}  // namespace

Eigen::VectorXd EncodeGenes(const SearchSpace& space, const Point& point) {
  Eigen::VectorXd genes = space.ToUnit(point);
  for (size_t i = 0; i < space.size(); ++i) {
    if (std::isnan(point.values[i])) {
      genes(static_cast<Eigen::Index>(i)) = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return genes;
}

double SimulatedBinaryCrossover(double a, double b, double index, RandomStream& stream) {
  const double low = std::min(a, b), high = std::max(a, b);
  const double draw = stream.Uniform();
  const bool lower = Chance(0.5, stream);
  constexpr double kSame = 1e-14;  // nearer than rounding lets the spread mean anything
  if (high - low < kSame) return a;
  const double room = lower ? low : 1 - high;
  const double beta = 1 + 2 * room / (high - low);
  const double alpha = 2 - std::pow(beta, -(index + 1));
  const double base = draw * alpha <= 1 ? draw * alpha : 1 / (2 - draw * alpha);
  const double spread = std::pow(base, 1 / (index + 1)) * (high - low);
  const double child = lower ? low + high - spread : low + high + spread;
  return std::clamp(child / 2, 0.0, 1.0);
}

double PolynomialMutation(double x, double index, RandomStream& stream) {
  const double draw = stream.Uniform();
  const double power = index + 1;
  if (draw < 0.5) {
    const double base = 2 * draw + (1 - 2 * draw) * std::pow(1 - x, power);
    return std::clamp(x + std::pow(base, 1 / power) - 1, 0.0, 1.0);
  }
  const double base = 2 * (1 - draw) + (2 * draw - 1) * std::pow(x, power);
  return std::clamp(x + 1 - std::pow(base, 1 / power), 0.0, 1.0);
}

Point MakeChild(const SearchSpace& space, const Eigen::VectorXd& a, const Eigen::VectorXd& b,
                const VariationOptions& options, RandomStream& stream) {
  const bool cross = Chance(options.crossover_probability, stream);
  const double mutation =
      options.mutation_probability.value_or(1.0 / static_cast<double>(space.size()));
  Eigen::VectorXd child(a.size());
  for (Eigen::Index i = 0; i < a.size(); ++i) {
    const Dimension& dimension = space[static_cast<size_t>(i)];
    double gene = CrossGene(dimension, a(i), cross ? b(i) : a(i), options.crossover_index, stream);
    if (Chance(mutation, stream)) {
      gene = dimension.is_categorical()
                 ? MutateCategory(dimension, gene, stream)
                 : MoveAtLeastOneStep(dimension, gene,
                                      PolynomialMutation(gene, options.mutation_index, stream));
    }
    child(i) = gene;
  }
  return space.FromUnit(child);
}

Point MutateOneParameter(const SearchSpace& space, const Point& point, RandomStream& stream) {
  std::vector<size_t> changeable;
  for (size_t i = 0; i < space.size(); ++i) {
    if (!std::isnan(point.values[i]) && space[i].cardinality() != 1) changeable.push_back(i);
  }
  if (changeable.empty()) return point;
  const size_t chosen = changeable[stream.UniformInt(changeable.size())];
  const Dimension& dimension = space[chosen];
  const double x = dimension.ToUnit(point.values[chosen]);
  const double moved = dimension.is_categorical()
                           ? MutateCategory(dimension, x, stream)
                           : MoveAtLeastOneStep(dimension, x, MoveByAnyScale(x, stream));
  Point mutant = point;
  mutant.values[chosen] = dimension.FromUnit(moved);
  // What the change turns on or off.
  Eigen::VectorXd genes = EncodeGenes(space, mutant);
  for (auto& gene : genes) {
    if (std::isnan(gene)) gene = stream.Uniform();
  }
  const Point followed = space.FromUnit(genes);
  for (size_t i = 0; i < space.size(); ++i) {
    // A number that was there already stays exact, which coding it and back would not promise.
    if (std::isnan(mutant.values[i]) || std::isnan(followed.values[i])) {
      mutant.values[i] = followed.values[i];
    }
  }
  return mutant;
}

}  // namespace qalam
