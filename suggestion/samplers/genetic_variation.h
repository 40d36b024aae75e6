// How genetic algorithms make a point out of two.
#pragma once

#include <Eigen/Core>
#include <optional>

#include "base/random.h"
#include "suggestion/search_space.h"

namespace qalam {

struct VariationOptions {
  double crossover_probability = 0.9;
  std::optional<double> mutation_probability;  // of each parameter; by default one is expected
  // Distribution indices: the larger, the nearer children stay to their parents.
  double crossover_index = 20;
  double mutation_index = 20;
};

// A point as coordinates of the unit cube; NaN for an inactive parameter.
Eigen::VectorXd EncodeGenes(const SearchSpace& space, const Point& point);

// One child of simulated binary crossover between coordinates of [0, 1], kept inside (Deb and
// Agrawal, Complex Systems 9, 1995; the bounded form of Deb et al. 2002).
double SimulatedBinaryCrossover(double a, double b, double index, RandomStream& stream);

// Polynomial mutation of a coordinate of [0, 1], kept inside (Deb and Goyal, Computer Science and
// Informatics 26, 1996).
double PolynomialMutation(double x, double index, RandomStream& stream);

// A child of `a` and `b`. Numbers cross by simulated binary crossover and mutate by polynomial
// mutation, by at least one step where they have steps; categories are taken from either parent
// and mutate to any other value. What is inactive in one parent comes from the other; what is
// inactive in both is drawn uniformly.
Point MakeChild(const SearchSpace& space, const Eigen::VectorXd& a, const Eigen::VectorXd& b,
                const VariationOptions& options, RandomStream& stream);

// `point` with one active parameter changed, each as likely. A category becomes any other one; a
// number moves by a step whose logarithm is uniform from a 200th to a half of the range, so that no
// scale is preferred, and by one place at least where it has steps.
Point MutateOneParameter(const SearchSpace& space, const Point& point, RandomStream& stream);

}  // namespace qalam
