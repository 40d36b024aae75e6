#include <algorithm>
#include <cmath>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

namespace {

double Rosenbrock(const VectorXd& z) {
  double total = 0;
  for (Eigen::Index i = 0; i + 1 < z.size(); ++i) {
    const double valley = z(i) * z(i) - z(i + 1);
    total += 100 * valley * valley + (z(i) - 1) * (z(i) - 1);
  }
  return total;
}

double RosenbrockScale(Eigen::Index dimension) {
  return std::max(1.0, std::sqrt(static_cast<double>(dimension)) / 8);
}

}  // namespace

// f6: only one hypercone, of about 1/2^D of the volume, leads down steeply.
Landscape MakeAttractiveSector(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd transform = instance.SecondRotation() *
                             Conditioning(10, instance.dimension).asDiagonal() *
                             instance.FirstRotation();
  return {optimum, [=](const VectorXd& x) {
            VectorXd z = transform * (x - optimum);
            for (Eigen::Index i = 0; i < z.size(); ++i) {
              if (z(i) * optimum(i) > 0) z(i) *= 100;
            }
            return std::pow(Oscillate(z.squaredNorm()), 0.9);
          }};
}

// f7: plateaus everywhere but for a small area about the optimum.
Landscape MakeStepEllipsoid(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const MatrixXd first =
      Conditioning(10, instance.dimension).asDiagonal() * instance.FirstRotation();
  const MatrixXd second = instance.SecondRotation();
  const VectorXd weights = Conditioning(1e4, instance.dimension);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd scaled = first * (x - optimum);
            const VectorXd stepped = scaled.unaryExpr([](double value) {
              return std::abs(value) > 0.5 ? std::floor(0.5 + value)
                                           : std::floor(0.5 + 10 * value) / 10;
            });
            const VectorXd z = second * stepped;
            const double ellipsoid = (weights.array() * z.array().square()).sum();
            return 0.1 * std::max(std::abs(scaled(0)) / 1e4, ellipsoid) + BoundaryPenalty(x);
          }};
}

// f8.
Landscape MakeRosenbrock(const Instance& instance) {
  const VectorXd optimum = instance.Shift(3);
  const double scale = RosenbrockScale(instance.dimension);
  return {optimum,
          [=](const VectorXd& x) { return Rosenbrock((scale * (x - optimum)).array() + 1); }};
}

// f9. The optimum follows from z = 1.
Landscape MakeRosenbrockRotated(const Instance& instance) {
  const double scale = RosenbrockScale(instance.dimension);
  const MatrixXd rotation = instance.FirstRotation();
  const VectorXd halves = VectorXd::Constant(instance.dimension, 0.5);
  const VectorXd optimum = rotation.transpose() * halves / scale;
  return {optimum, [=](const VectorXd& x) { return Rosenbrock(scale * (rotation * x) + halves); }};
}

}  // namespace qalam::bbob
