#include "suggestion/surrogate/parzen_mixture.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

namespace qalam {
namespace {

// Two numbers and a category of three between them.
ParzenKernels Kernels(bool correlated) {
  ParzenKernels kernels;
  kernels.categories = {0, 3, 0};
  kernels.centers.resize(3, 3);
  kernels.centers << 0.1, 0, 0.2,  //
      0.45, 2, 0.7,                //
      1.0, 2, 0.05;
  kernels.weights = Eigen::Vector3d(0.5, 2, 1);
  kernels.bandwidths = Eigen::Vector3d(0.12, 0.5, 0.2);
  kernels.prior_weight = 0.7;
  if (correlated) {
    Eigen::Matrix3d factor;
    factor << 1, 0, 0,  //
        0, 1, 0,        //
        0.8, 0, 0.6;
    kernels.correlation_factor = factor;
  }
  return kernels;
}

constexpr int kSteps = 400;
double Midpoint(int i) { return (i + 0.5) / kSteps; }

// The probability of category `c`, and of the first number lying in each of kSteps cells with it.
double Marginal(const ParzenMixture& mixture, int c, std::vector<double>* cells) {
  double total = 0;
  for (int i = 0; i < kSteps; ++i) {
    double cell = 0;
    for (int j = 0; j < kSteps; ++j) {
      cell += std::exp(mixture.LogDensity(Eigen::Vector3d(Midpoint(i), c, Midpoint(j))));
    }
    (*cells)[i] += cell / kSteps / kSteps;
    total += cell / kSteps / kSteps;
  }
  return total;
}

}  // namespace

TEST_CASE("A Parzen mixture integrates to one and is sampled as it says", "[parzen]") {
  const bool correlated = GENERATE(false, true);
  CAPTURE(correlated);
  ParzenMixture mixture(Kernels(correlated));
  mixture.Add(Eigen::Vector3d(0.3, 1, 0.9));
  CHECK(mixture.total_weight() == Approx(5.2));
  std::vector<double> cells(kSteps, 0);
  std::vector<double> categories;
  for (int c = 0; c < 3; ++c) categories.push_back(Marginal(mixture, c, &cells));
  CHECK(categories[0] + categories[1] + categories[2] == Approx(1).epsilon(1e-4));

  RandomStream stream(11, 0, "test");
  constexpr int kDraws = 20000;
  std::vector<double> drawn(kSteps, 0), counts(3, 0), products(2, 0);
  for (int i = 0; i < kDraws; ++i) {
    const Eigen::VectorXd x = mixture.Sample(stream);
    drawn[std::min(kSteps - 1, static_cast<int>(x(0) * kSteps))] += 1.0 / kDraws;
    counts[static_cast<int>(x(1))] += 1.0 / kDraws;
  }
  for (int c = 0; c < 3; ++c) {
    CHECK(counts[c] == Approx(categories[c]).margin(4 * std::sqrt(0.25 / kDraws)));
  }
  double distance = 0, difference = 0;
  for (int i = 0; i < kSteps; ++i) {
    difference += drawn[i] - cells[i];
    distance = std::max(distance, std::fabs(difference));
  }
  // Kolmogorov and Smirnov's critical value at 0.001.
  CHECK(distance < 1.95 / std::sqrt(kDraws));
}

TEST_CASE("A correlated kernel leans the way its factor says", "[parzen]") {
  ParzenKernels kernels = Kernels(true);
  kernels.centers = Eigen::RowVector3d(0.5, 0, 0.5);
  kernels.weights = Eigen::VectorXd::Ones(1);
  kernels.prior_weight = 1e-6;
  kernels.bandwidths = Eigen::Vector3d(0.05, 0.5, 0.05);  // the bounds are ten deviations away
  const ParzenMixture mixture(kernels);
  RandomStream stream(2, 0, "test");
  constexpr int kDraws = 20000;
  double xx = 0, yy = 0, xy = 0;
  for (int i = 0; i < kDraws; ++i) {
    const Eigen::VectorXd x = mixture.Sample(stream).array() - 0.5;
    xx += x(0) * x(0);
    yy += x(2) * x(2);
    xy += x(0) * x(2);
  }
  CHECK(xy / std::sqrt(xx * yy) == Approx(0.8).margin(0.02));
  CHECK(std::sqrt(yy / kDraws) == Approx(0.05).epsilon(0.03));
}

TEST_CASE("Narrow kernels in many dimensions overflow nothing", "[parzen]") {
  constexpr int kDimensions = 400;
  ParzenKernels kernels;
  kernels.categories.assign(kDimensions, 0);
  kernels.centers = Eigen::MatrixXd::Constant(1, kDimensions, 0.5);
  kernels.weights = Eigen::VectorXd::Ones(1);
  kernels.bandwidths = Eigen::VectorXd::Constant(kDimensions, 0.001);
  const ParzenMixture mixture(kernels);
  const Eigen::VectorXd center = kernels.centers.row(0);
  // Half the weight times the peak of the normal, whose tails beyond the bounds hold nothing.
  const double peak = -std::log(0.001 * std::sqrt(2 * M_PI));
  CHECK(mixture.LogDensity(center) == Approx(kDimensions * peak - std::log(2)));
  const Eigen::VectorXd corner = Eigen::VectorXd::Zero(kDimensions);
  CHECK(mixture.LogDensity(corner) == Approx(-std::log(2)));
}

TEST_CASE("A mixture without points is uniform", "[parzen]") {
  ParzenKernels kernels = Kernels(false);
  kernels.centers.resize(0, 3);
  kernels.weights.resize(0);
  const ParzenMixture mixture(kernels);
  CHECK(mixture.LogDensity(Eigen::Vector3d(0.2, 1, 0.9)) == Approx(std::log(1.0 / 3)));
}

}  // namespace qalam
