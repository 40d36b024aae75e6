#include <algorithm>
#include <cmath>
#include <numbers>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

namespace {

constexpr double kTwoPi = 2 * std::numbers::pi;

Landscape SchaffersF7(const Instance& instance, double conditioning) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd first = instance.FirstRotation();
  const MatrixXd second =
      Conditioning(conditioning, instance.dimension).asDiagonal() * instance.SecondRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = second * MakeAsymmetric(first * (x - optimum), 0.5);
            double total = 0;
            for (Eigen::Index i = 0; i + 1 < z.size(); ++i) {
              const double radius = std::hypot(z(i), z(i + 1));
              const double wave = std::sin(50 * std::pow(radius, 0.2));
              total += std::sqrt(radius) * (1 + wave * wave);
            }
            const double mean = total / static_cast<double>(z.size() - 1);
            return mean * mean + 10 * BoundaryPenalty(x);
          }};
}

// sum over k = 0..11 of 2^-k cos(2 pi 3^k (z + 1/2)).
double WeierstrassSum(double z) {
  double total = 0;
  double amplitude = 1, frequency = 1;
  for (int k = 0; k < 12; ++k) {
    total += amplitude * std::cos(kTwoPi * frequency * (z + 0.5));
    amplitude /= 2;
    frequency *= 3;
  }
  return total;
}

}  // namespace

// f15.
Landscape MakeRastriginRotated(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd first = instance.FirstRotation();
  const MatrixXd second =
      first * Conditioning(10, instance.dimension).asDiagonal() * instance.SecondRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd bent = Oscillate(VectorXd(first * (x - optimum)));
            const VectorXd z = second * MakeAsymmetric(bent, 0.2);
            return (10 * (1 - (kTwoPi * z.array()).cos()) + z.array().square()).sum();
          }};
}

// f16: rugged and repeating, so that the optimum is one of several.
Landscape MakeWeierstrass(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd first = instance.FirstRotation();
  const MatrixXd second =
      first * Conditioning(0.01, instance.dimension).asDiagonal() * instance.SecondRotation();
  const double lowest = WeierstrassSum(0);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = second * Oscillate(VectorXd(first * (x - optimum)));
            double total = 0;
            for (const double value : z) total += WeierstrassSum(value);
            const auto dimension = static_cast<double>(z.size());
            const double height = total / dimension - lowest;
            return 10 * height * height * height + 10 / dimension * BoundaryPenalty(x);
          }};
}

// f17.
Landscape MakeSchaffersF7(const Instance& instance) { return SchaffersF7(instance, 10); }

// f18.
Landscape MakeSchaffersF7IllConditioned(const Instance& instance) {
  return SchaffersF7(instance, 1000);
}

// f19. The optimum follows from z = 1, as in f9.
Landscape MakeGriewankRosenbrock(const Instance& instance) {
  const double scale = std::max(1.0, std::sqrt(static_cast<double>(instance.dimension)) / 8);
  const MatrixXd rotation = instance.FirstRotation();
  const VectorXd halves = VectorXd::Constant(instance.dimension, 0.5);
  const VectorXd optimum = rotation.transpose() * halves / scale;
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = scale * (rotation * x) + halves;
            double total = 0;
            for (Eigen::Index i = 0; i + 1 < z.size(); ++i) {
              const double valley = z(i) * z(i) - z(i + 1);
              const double s = 100 * valley * valley + (z(i) - 1) * (z(i) - 1);
              total += s / 4000 + (1 - std::cos(s));
            }
            return 10 * total / static_cast<double>(z.size() - 1);
          }};
}

}  // namespace qalam::bbob
