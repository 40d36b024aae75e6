#include "suggestion/surrogate/parzen_mixture.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "suggestion/surrogate/truncated_normal.h"

namespace qalam {

namespace {

const double kSqrtTwoPi = std::sqrt(2 * std::numbers::pi);

// The logarithm of a product, with few calls of log. Factors lie between 1e-100 and 1e100.
class LogProduct {
 public:
  void Multiply(double factor) {
    product_ *= factor;
    if (product_ < 1e-100 || product_ > 1e100) {
      log_ += std::log(product_);
      product_ = 1;
    }
  }
  double Value() const { return log_ + std::log(product_); }

 private:
  double log_ = 0, product_ = 1;
};

double CategoryDensity(bool same, int count, double spread) {
  return spread / count + (same ? 1 - spread : 0);
}

}  // namespace

ParzenMixture::ParzenMixture(ParzenKernels kernels) : kernels_(std::move(kernels)) {
  inverse_bandwidths_ = Eigen::VectorXd::Zero(kernels_.bandwidths.size());
  for (Eigen::Index j = 0; j < inverse_bandwidths_.size(); ++j) {
    if (!IsCategory(j)) inverse_bandwidths_(j) = 1 / kernels_.bandwidths(j);
  }
  log_scales_.resize(kernels_.weights.size());
  for (Eigen::Index k = 0; k < log_scales_.size(); ++k) Normalise(k);
  total_weight_ = kernels_.prior_weight + kernels_.weights.sum();
}

void ParzenMixture::Normalise(Eigen::Index kernel) {
  log_scales_(kernel) = std::log(kernels_.weights(kernel));
  if (kernels_.correlation_factor.size() > 0) return;
  LogProduct scale;
  for (Eigen::Index j = 0; j < inverse_bandwidths_.size(); ++j) {
    if (IsCategory(j)) continue;
    const double mass = TruncatedNormalMass(kernels_.centers(kernel, j), kernels_.bandwidths(j));
    scale.Multiply(inverse_bandwidths_(j) / (kSqrtTwoPi * mass));
  }
  log_scales_(kernel) += scale.Value();
}

void ParzenMixture::Add(const Eigen::VectorXd& center) {
  const Eigen::Index n = log_scales_.size();
  kernels_.centers.conservativeResize(n + 1, center.size());
  kernels_.centers.row(n) = center.transpose();
  kernels_.weights.conservativeResize(n + 1);
  kernels_.weights(n) = 1;
  log_scales_.conservativeResize(n + 1);
  Normalise(n);
  total_weight_ += 1;
}

Eigen::VectorXd ParzenMixture::Sample(RandomStream& stream) const {
  const Eigen::Index d = inverse_bandwidths_.size();
  Eigen::VectorXd x(d);
  double left = stream.Uniform() * total_weight_ - kernels_.prior_weight;
  if (left < 0 || log_scales_.size() == 0) {
    for (Eigen::Index j = 0; j < d; ++j) {
      x(j) = IsCategory(j) ? static_cast<double>(stream.UniformInt(kernels_.categories[j]))
                           : stream.Uniform();
    }
    return x;
  }
  Eigen::Index chosen = 0;
  while (chosen + 1 < log_scales_.size() && left >= kernels_.weights(chosen)) {
    left -= kernels_.weights(chosen++);
  }
  const bool correlated = kernels_.correlation_factor.size() > 0;
  Eigen::VectorXd deviations = Eigen::VectorXd::Zero(d);
  for (Eigen::Index j = 0; j < d; ++j) {
    double center = kernels_.centers(chosen, j);
    if (IsCategory(j)) {
      const bool stays = stream.Uniform() >= kernels_.bandwidths(j);
      x(j) = stays ? center : static_cast<double>(stream.UniformInt(kernels_.categories[j]));
      continue;
    }
    double deviation = kernels_.bandwidths(j);
    if (correlated) {
      const auto row = kernels_.correlation_factor.row(j);
      center += deviation * row.head(j).dot(deviations.head(j).transpose());
      center = std::clamp(center, 0.0, 1.0);
      deviation *= row(j);
    }
    x(j) = SampleTruncatedNormal(center, deviation, stream);
    deviations(j) = (x(j) - center) / deviation;
  }
  return x;
}

double ParzenMixture::LogDensity(const Eigen::VectorXd& x) const {
  const Eigen::Index n = log_scales_.size();
  Eigen::ArrayXd log_kernels = Eigen::ArrayXd::Zero(n);
  if (kernels_.correlation_factor.size() > 0) {
    for (Eigen::Index k = 0; k < n; ++k) log_kernels(k) = CorrelatedLogKernel(k, x);
  } else {
    for (Eigen::Index j = 0; j < x.size(); ++j) {
      const auto column = kernels_.centers.col(j).array();
      if (IsCategory(j)) {
        const int count = kernels_.categories[j];
        const double same = std::log(CategoryDensity(true, count, kernels_.bandwidths(j)));
        const double other = std::log(CategoryDensity(false, count, kernels_.bandwidths(j)));
        log_kernels += (column == x(j)).select(Eigen::ArrayXd::Constant(n, same), other);
      } else {
        const double factor = inverse_bandwidths_(j) * std::numbers::sqrt2 / 2;
        log_kernels -= ((column - x(j)) * factor).square();
      }
    }
  }
  log_kernels += log_scales_;
  double log_prior = std::log(kernels_.prior_weight);
  for (const int count : kernels_.categories) log_prior -= std::log(std::max(count, 1));
  // Relative to the greatest, so that many narrow dimensions overflow nothing.
  const double greatest = n == 0 ? log_prior : std::max(log_prior, log_kernels.maxCoeff());
  const double sum = std::exp(log_prior - greatest) + (log_kernels - greatest).exp().sum();
  return greatest + std::log(sum / total_weight_);
}

double ParzenMixture::CorrelatedLogKernel(Eigen::Index kernel, const Eigen::VectorXd& x) const {
  double log_kernel = 0;
  LogProduct constant;
  Eigen::VectorXd deviations = Eigen::VectorXd::Zero(x.size());
  for (Eigen::Index j = 0; j < x.size(); ++j) {
    double center = kernels_.centers(kernel, j);
    if (IsCategory(j)) {
      constant.Multiply(
          CategoryDensity(x(j) == center, kernels_.categories[j], kernels_.bandwidths(j)));
      continue;
    }
    const auto row = kernels_.correlation_factor.row(j);
    center += kernels_.bandwidths(j) * row.head(j).dot(deviations.head(j).transpose());
    center = std::clamp(center, 0.0, 1.0);
    const double deviation = kernels_.bandwidths(j) * row(j);
    deviations(j) = (x(j) - center) / deviation;
    log_kernel -= 0.5 * deviations(j) * deviations(j);
    constant.Multiply(1 / (kSqrtTwoPi * deviation * TruncatedNormalMass(center, deviation)));
  }
  return log_kernel + constant.Value();
}

}  // namespace qalam
