#include "suggestion/surrogate/gaussian_process.h"

#include <Eigen/Cholesky>
#include <algorithm>
#include <cmath>

#include "suggestion/surrogate/matern_kernel.h"

namespace qalam {

namespace {

// What rounding leaves of a unit variance; below it a difference of ones has no digits left.
constexpr double kLeastVariance = 1e-14;

// Columns that all begin at an even address make vector code round alike whatever the capacity.
Eigen::Index Aligned(Eigen::Index capacity) { return (capacity + 7) / 8 * 8; }

}  // namespace

TargetMoments EstimateMoments(const Eigen::VectorXd& targets,
                              const Eigen::VectorXd& inverse_times_ones,
                              const Eigen::VectorXd& inverse_times_targets) {
  constexpr double kMeanPrecision = 1 / (kMeanDeviation * kMeanDeviation);
  TargetMoments moments;
  moments.mean = inverse_times_targets.sum() / (inverse_times_ones.sum() + kMeanPrecision);
  moments.alpha = inverse_times_targets - moments.mean * inverse_times_ones;
  moments.quadratic = (targets.array() - moments.mean).matrix().dot(moments.alpha) +
                      moments.mean * moments.mean * kMeanPrecision;
  moments.variance = (moments.quadratic / 2 + kScaleRate) /
                     (static_cast<double>(targets.size()) / 2 + kScaleShape + 1);
  return moments;
}

GaussianProcess::GaussianProcess(const KernelParameters& parameters, const Eigen::MatrixXd& points,
                                 Eigen::Index capacity)
    : root_weights_(parameters.weights.cwiseSqrt()),
      noise_(parameters.noise),
      roughness_(parameters.roughness),
      size_(points.cols()),
      scaled_(points.rows(), Aligned(capacity)),
      norms_(Aligned(capacity)),
      factor_(Aligned(capacity), Aligned(capacity)) {
  scaled_.leftCols(size_) = root_weights_.asDiagonal() * points;
  norms_.head(size_) = scaled_.leftCols(size_).colwise().squaredNorm();
  auto factor = factor_.topLeftCorner(size_, size_);
  factor = SquaredDistances(scaled_.leftCols(size_), scaled_.leftCols(size_));
  KernelInPlace(factor, roughness_);
  factor.diagonal().array() += noise_;
  // In place; the upper triangle keeps covariances that nobody reads.
  Eigen::LLT<Eigen::Ref<Eigen::MatrixXd>> in_place(factor);
}

void GaussianProcess::Append(const Eigen::VectorXd& features) {
  if (size_ == capacity()) {
    const Eigen::Index grown = Aligned(capacity() + capacity() / 8 + 8);
    scaled_.conservativeResize(Eigen::NoChange, grown);
    norms_.conservativeResize(grown);
    factor_.conservativeResize(grown, grown);
  }
  const Eigen::VectorXd scaled = root_weights_.cwiseProduct(features);
  const double norm = scaled.squaredNorm();
  Eigen::VectorXd row = norms_.head(size_).array() + norm;
  row.noalias() -= 2.0 * scaled_.leftCols(size_).transpose() * scaled;
  KernelInPlace(row, roughness_);
  Factor().triangularView<Eigen::Lower>().solveInPlace(row);
  scaled_.col(size_) = scaled;
  norms_(size_) = norm;
  factor_.row(size_).head(size_) = row.transpose();
  factor_(size_, size_) =
      std::sqrt(std::max(1 + roughness_ + noise_ - row.squaredNorm(), kLeastVariance));
  ++size_;
}

void GaussianProcess::SetTargets(const Eigen::VectorXd& targets) {
  targets_ = targets;
  const auto factor = factor_.topLeftCorner(targets.size(), targets.size());
  Eigen::MatrixXd solved(targets.size(), 2);
  solved.col(0).setOnes();
  solved.col(1) = targets;
  factor.triangularView<Eigen::Lower>().solveInPlace(solved);
  factor.transpose().triangularView<Eigen::Upper>().solveInPlace(solved);
  moments_ = EstimateMoments(targets, solved.col(0), solved.col(1));
}

Eigen::VectorXd GaussianProcess::MeansAtTargets() const {
  // K alpha = y - mean, and K = C + noise I, so C alpha needs no product.
  return targets_ - noise_ * moments_.alpha;
}

double GaussianProcess::Variance(double explained) const {
  return moments_.variance * std::max(1 + roughness_ - explained, kLeastVariance);
}

void GaussianProcess::Predict(const Eigen::Ref<const Eigen::MatrixXd>& points,
                              Eigen::VectorXd& means, Eigen::VectorXd& variances) const {
  const Eigen::MatrixXd scaled = root_weights_.asDiagonal() * points;
  Eigen::MatrixXd covariances = SquaredDistances(scaled_.leftCols(size_), scaled);
  KernelInPlace(covariances, roughness_);
  means = covariances.topRows(targets_.size()).transpose() * moments_.alpha;
  means.array() += moments_.mean;
  Factor().triangularView<Eigen::Lower>().solveInPlace(covariances);
  const Eigen::VectorXd explained = covariances.colwise().squaredNorm();
  variances.resize(points.cols());
  for (Eigen::Index i = 0; i < points.cols(); ++i) variances(i) = Variance(explained(i));
}

Prediction GaussianProcess::Predict(const Eigen::VectorXd& features) const {
  Eigen::VectorXd means, variances;
  Predict(features, means, variances);
  return {means(0), variances(0)};
}

PredictionGradient GaussianProcess::PredictWithGradient(const Eigen::VectorXd& features) const {
  const Eigen::VectorXd scaled = root_weights_.cwiseProduct(features);
  const auto others = scaled_.leftCols(size_);
  Eigen::VectorXd covariances = norms_.head(size_).array() + scaled.squaredNorm();
  covariances.noalias() -= 2.0 * others.transpose() * scaled;
  Eigen::VectorXd slopes(size_);
  KernelInPlace(covariances, roughness_, slopes);

  PredictionGradient result;
  const Eigen::Index known = targets_.size();
  result.prediction.mean = moments_.mean + covariances.head(known).dot(moments_.alpha);
  // d k(x, x_a) / dx = slope_a * 2 (x - x_a), weighted.
  const auto pull = [&](const Eigen::VectorXd& coefficients) -> Eigen::VectorXd {
    const auto count = coefficients.size();
    Eigen::VectorXd gradient = coefficients.sum() * scaled;
    gradient.noalias() -= others.leftCols(count) * coefficients;
    return 2.0 * root_weights_.cwiseProduct(gradient);
  };
  result.mean_gradient = pull(slopes.head(known).cwiseProduct(moments_.alpha));
  Factor().triangularView<Eigen::Lower>().solveInPlace(covariances);
  const double explained = covariances.squaredNorm();
  result.prediction.variance = Variance(explained);
  if (1 + roughness_ - explained <= kLeastVariance) {
    result.variance_gradient = Eigen::VectorXd::Zero(features.size());
    return result;
  }
  Factor().transpose().triangularView<Eigen::Upper>().solveInPlace(covariances);
  result.variance_gradient = -2.0 * moments_.variance * pull(slopes.cwiseProduct(covariances));
  return result;
}

}  // namespace qalam
