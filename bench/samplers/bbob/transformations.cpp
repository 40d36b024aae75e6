#include "bench/samplers/bbob/transformations.h"

#include <algorithm>
#include <cmath>

namespace qalam::bbob {

double Spread(Eigen::Index i, Eigen::Index dimension) {
  return dimension == 1 ? 0 : static_cast<double>(i) / static_cast<double>(dimension - 1);
}

double Oscillate(double x) {
  if (x == 0) return 0;
  const double logarithm = std::log(std::abs(x));
  const double first = x > 0 ? 10 : 5.5;
  const double second = x > 0 ? 7.9 : 3.1;
  const double wave = std::sin(first * logarithm) + std::sin(second * logarithm);
  return std::copysign(std::exp(logarithm + 0.049 * wave), x);
}

VectorXd Oscillate(const VectorXd& x) {
  return x.unaryExpr([](double value) { return Oscillate(value); });
}

VectorXd MakeAsymmetric(const VectorXd& x, double beta) {
  VectorXd result = x;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    if (x(i) > 0) result(i) = std::pow(x(i), 1 + beta * Spread(i, x.size()) * std::sqrt(x(i)));
  }
  return result;
}

VectorXd Conditioning(double alpha, Eigen::Index dimension) {
  VectorXd diagonal(dimension);
  for (Eigen::Index i = 0; i < dimension; ++i) {
    diagonal(i) = std::pow(alpha, 0.5 * Spread(i, dimension));
  }
  return diagonal;
}

double BoundaryPenalty(const VectorXd& x) { return (x.array().abs() - 5).max(0).square().sum(); }

MatrixXd RandomRotation(RandomStream& stream, Eigen::Index dimension) {
  MatrixXd columns(dimension, dimension);
  for (Eigen::Index j = 0; j < dimension; ++j) {
    for (Eigen::Index i = 0; i < dimension; ++i) columns(i, j) = stream.Normal();
    // Twice: one pass of Gram-Schmidt loses orthogonality to rounding.
    for (int pass = 0; pass < 2; ++pass) {
      for (Eigen::Index k = 0; k < j; ++k) {
        columns.col(j) -= columns.col(k).dot(columns.col(j)) * columns.col(k);
      }
    }
    columns.col(j).normalize();
  }
  return columns;
}

VectorXd RandomVector(RandomStream& stream, Eigen::Index dimension, double bound) {
  VectorXd vector(dimension);
  for (auto& x : vector) x = bound * (2 * stream.Uniform() - 1);
  return vector;
}

VectorXd RandomSigns(RandomStream& stream, Eigen::Index dimension) {
  VectorXd signs(dimension);
  for (auto& x : signs) x = stream.UniformInt(2) == 0 ? -1 : 1;
  return signs;
}

}  // namespace qalam::bbob
