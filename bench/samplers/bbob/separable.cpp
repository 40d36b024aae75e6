#include <cmath>
#include <numbers>

#include "bench/samplers/bbob/groups.h"

namespace qalam::bbob {

namespace {

// 10 (D - sum cos 2 pi z_i) + |z|^2.
double Rastrigin(const VectorXd& z) {
  return (10 * (1 - (2 * std::numbers::pi * z.array()).cos()) + z.array().square()).sum();
}

}  // namespace

// f1.
Landscape MakeSphere(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  return {optimum, [optimum](const VectorXd& x) { return (x - optimum).squaredNorm(); }};
}

// f2.
Landscape MakeEllipsoidSeparable(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const VectorXd weights = Conditioning(1e12, instance.dimension);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = Oscillate(VectorXd(x - optimum));
            return (weights.array() * z.array().square()).sum();
          }};
}

// f3.
Landscape MakeRastriginSeparable(const Instance& instance) {
  const VectorXd optimum = instance.Shift();
  const VectorXd scales = Conditioning(10, instance.dimension);
  return {optimum, [=](const VectorXd& x) {
            const VectorXd z = MakeAsymmetric(Oscillate(VectorXd(x - optimum)), 0.2);
            return Rastrigin(scales.cwiseProduct(z));
          }};
}

// f4. The optimum of the odd coordinates, whose far side is stretched, is positive: the stretched
// side is then the shorter one.
Landscape MakeBuecheRastrigin(const Instance& instance) {
  VectorXd optimum = instance.Shift();
  for (Eigen::Index i = 0; i < optimum.size(); i += 2) optimum(i) = std::abs(optimum(i));
  const VectorXd scales = Conditioning(10, instance.dimension);
  return {optimum, [=](const VectorXd& x) {
            VectorXd z = Oscillate(VectorXd(x - optimum));
            for (Eigen::Index i = 0; i < z.size(); ++i) {
              const bool odd = i % 2 == 0;  // counted from 1, as in the report
              z(i) *= scales(i) * (odd && z(i) > 0 ? 10 : 1);
            }
            return Rastrigin(z) + 100 * BoundaryPenalty(x);
          }};
}

// f5: linear up to the corner of the domain that holds the optimum, flat beyond.
Landscape MakeLinearSlope(const Instance& instance) {
  const VectorXd optimum = 5 * instance.Signs();
  const VectorXd slopes = optimum.cwiseSign().cwiseProduct(Conditioning(100, instance.dimension));
  return {optimum, [=](const VectorXd& x) {
            double total = 0;
            for (Eigen::Index i = 0; i < x.size(); ++i) {
              const double z = optimum(i) * x(i) < 25 ? x(i) : optimum(i);
              total += 5 * std::abs(slopes(i)) - slopes(i) * z;
            }
            return total;
          }};
}

}  // namespace qalam::bbob
