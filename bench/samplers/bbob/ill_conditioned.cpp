#include <cmath>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

// f10.
Landscape MakeEllipsoidRotated(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd rotation = instance.FirstRotation();
  const VectorXd weights = Conditioning(1e12, instance.dimension);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = Oscillate(VectorXd(rotation * (x - optimum)));
            return (weights.array() * z.array().square()).sum();
          }};
}

// f11: one direction is a thousand times as sensitive as the rest.
Landscape MakeDiscus(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd rotation = instance.FirstRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = Oscillate(VectorXd(rotation * (x - optimum)));
            return 1e6 * z(0) * z(0) + z.tail(z.size() - 1).squaredNorm();
          }};
}

// f12: all directions but one are a thousand times as sensitive.
Landscape MakeBentCigar(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd rotation = instance.FirstRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = rotation * MakeAsymmetric(rotation * (x - optimum), 0.5);
            return z(0) * z(0) + 1e6 * z.tail(z.size() - 1).squaredNorm();
          }};
}

// f13: a ridge on which the gradient does not vanish.
Landscape MakeSharpRidge(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd transform = instance.SecondRotation() *
                             Conditioning(10, instance.dimension).asDiagonal() *
                             instance.FirstRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = transform * (x - optimum);
            return z(0) * z(0) + 100 * z.tail(z.size() - 1).norm();
          }};
}

// f14: the sensitivities drift apart as the optimum is approached.
Landscape MakeDifferentPowers(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd rotation = instance.FirstRotation();
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = rotation * (x - optimum);
            double total = 0;
            for (Eigen::Index i = 0; i < z.size(); ++i) {
              total += std::pow(std::abs(z(i)), 2 + 4 * Spread(i, z.size()));
            }
            return std::sqrt(total);
          }};
}

}  // namespace qalam::bbob
