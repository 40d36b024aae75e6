#include "suggestion/surrogate/marginal_likelihood.h"

#include <Eigen/Cholesky>
#include <cmath>
#include <limits>

#include "suggestion/surrogate/hyperparameter_prior.h"
#include "suggestion/surrogate/matern_kernel.h"

namespace qalam {

namespace {

using Matrix = Eigen::Ref<Eigen::MatrixXd>;

// Blocks this small are done without recursion.
constexpr Eigen::Index kSmallBlock = 32;

// L to L^-1: [A 0; B C] has the inverse [A^-1 0; -C^-1 B A^-1, C^-1].
void InvertLower(Matrix lower) {
  const Eigen::Index size = lower.rows();
  if (size <= kSmallBlock) {
    const Eigen::MatrixXd inverse =
        lower.triangularView<Eigen::Lower>().solve(Eigen::MatrixXd::Identity(size, size));
    lower.triangularView<Eigen::Lower>() = inverse;
    return;
  }
  const Eigen::Index half = size / 2;
  auto a = lower.topLeftCorner(half, half);
  auto b = lower.bottomLeftCorner(size - half, half);
  auto c = lower.bottomRightCorner(size - half, size - half);
  InvertLower(a);
  const Eigen::MatrixXd product = b * a.triangularView<Eigen::Lower>();
  b = product;
  c.triangularView<Eigen::Lower>().solveInPlace(b);
  b = -b;
  InvertLower(c);
}

// M (lower) to the lower triangle of M' M: [A 0; B C] gives [A'A + B'B, .; C'B, C'C].
void SquareLower(Matrix lower) {
  const Eigen::Index size = lower.rows();
  if (size <= kSmallBlock) {
    const Eigen::MatrixXd full = lower.triangularView<Eigen::Lower>();
    const Eigen::MatrixXd square = full.transpose() * full;
    lower.triangularView<Eigen::Lower>() = square;
    return;
  }
  const Eigen::Index half = size / 2;
  auto a = lower.topLeftCorner(half, half);
  auto b = lower.bottomLeftCorner(size - half, half);
  auto c = lower.bottomRightCorner(size - half, size - half);
  SquareLower(a);
  a.selfadjointView<Eigen::Lower>().rankUpdate(b.transpose());
  const Eigen::MatrixXd product = c.triangularView<Eigen::Lower>().transpose() * b;
  b = product;
  SquareLower(c);
}

}  // namespace

void InvertFromFactor(Matrix factor) {
  InvertLower(factor);
  SquareLower(factor);
}

MarginalLikelihood::MarginalLikelihood(const PointFeatures& features, const Eigen::MatrixXd& points,
                                       const Eigen::VectorXd& targets)
    : features_(features), points_(points), targets_(targets) {}

Eigen::VectorXd MarginalLikelihood::PriorMedian(const PointFeatures& features) {
  Eigen::VectorXd theta(features.parameters() + 2);
  theta.setConstant(LengthscalePrior(features.parameters()).mean);
  theta(features.parameters()) = NoisePrior().mean;
  theta(features.parameters() + 1) = RoughnessPrior().mean;
  return theta;
}

KernelParameters MarginalLikelihood::Parameters(const PointFeatures& features,
                                                const Eigen::VectorXd& theta) {
  KernelParameters parameters{Eigen::VectorXd(features.size()),
                              kLeastNoise + std::exp(theta(features.parameters())),
                              std::exp(theta(features.parameters() + 1))};
  for (Eigen::Index i = 0; i < features.parameters(); ++i) {
    parameters.weights.segment(features.First(i), features.First(i + 1) - features.First(i))
        .setConstant(std::exp(-2 * theta(i)));
  }
  return parameters;
}

double MarginalLikelihood::operator()(const Eigen::VectorXd& theta,
                                      Eigen::VectorXd& gradient) const {
  const Eigen::Index n = points_.cols();
  const Eigen::Index parameter_count = features_.parameters();
  const double infinity = std::numeric_limits<double>::infinity();
  gradient = Eigen::VectorXd::Zero(theta.size());
  // Beyond e^30 either way the priors have long won, and exponentials would overflow.
  if (!(theta.cwiseAbs().maxCoeff() < 30)) return infinity;
  const KernelParameters parameters = Parameters(features_, theta);
  const Eigen::MatrixXd scaled = parameters.weights.cwiseSqrt().asDiagonal() * points_;

  Eigen::MatrixXd slopes(n, n), rough(n, n);
  Eigen::MatrixXd inverse = SquaredDistances(scaled, scaled);
  KernelInPlace(inverse, parameters.roughness, slopes, rough);
  inverse.diagonal().array() += parameters.noise;
  const Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(inverse);
  if (in_place.info() != Eigen::Success) return infinity;
  const double half_log_determinant = inverse.diagonal().array().log().sum();
  InvertFromFactor(inverse);
  inverse.triangularView<Eigen::StrictlyUpper>() = inverse.transpose();

  const TargetMoments moments =
      EstimateMoments(targets_, inverse * Eigen::VectorXd::Ones(n), inverse * targets_);
  double value = half_log_determinant +
                 (static_cast<double>(n) / 2 + kScaleShape + 1) * std::log(moments.variance);

  // d value / dK = (K^-1 - alpha alpha' / variance) / 2; mean and scale, being at their best, add
  // nothing.
  inverse.noalias() -= (moments.alpha / moments.variance) * moments.alpha.transpose();
  const double noise_slope = inverse.trace() / 2;
  const double roughness_slope = inverse.cwiseProduct(rough).sum() / 2;
  // With G = dvalue/dK * dk/ds, sum_ab G_ab (x_a - x_b)^2 = 2 (sum_a rowsum_a x_a^2 - x'Gx).
  inverse.array() *= slopes.array() / 2;
  const Eigen::VectorXd row_sums = inverse.rowwise().sum();
  const Eigen::MatrixXd products = scaled * inverse;
  const Eigen::VectorXd feature_slopes =
      2 * (scaled.cwiseAbs2() * row_sums - scaled.cwiseProduct(products).rowwise().sum());

  const LogNormalPrior lengthscales = LengthscalePrior(parameter_count);
  for (Eigen::Index i = 0; i < parameter_count; ++i) {
    const Eigen::Index first = features_.First(i);
    // s is proportional to lengthscale^-2.
    gradient(i) = -2 * feature_slopes.segment(first, features_.First(i + 1) - first).sum();
    value += lengthscales.Penalty(theta(i), gradient(i));
  }
  gradient(parameter_count) = noise_slope * (parameters.noise - kLeastNoise);
  value += NoisePrior().Penalty(theta(parameter_count), gradient(parameter_count));
  gradient(parameter_count + 1) = roughness_slope * parameters.roughness;
  value += RoughnessPrior().Penalty(theta(parameter_count + 1), gradient(parameter_count + 1));
  return value;
}

}  // namespace qalam
