#include "suggestion/surrogate/joint_parzen_estimator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace qalam {

namespace {

double NormalCdf(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }

// Wide enough that a few good points still leave room between them; found best for few trials by
// Watanabe, "Tree-structured Parzen estimator: understanding its algorithm components", 2023.
constexpr double kBandwidthFactor = 0.2;
constexpr double kNarrowest = 0.01;
// How much of a category's mass stays with it.
constexpr double kCategoryMass = 0.8;

}  // namespace

JointParzenEstimator::JointParzenEstimator(const SearchSpace& space,
                                           std::vector<Eigen::VectorXd> points, double prior_weight)
    : space_(space), points_(std::move(points)), prior_weight_(prior_weight) {
  const auto n = static_cast<double>(std::max<size_t>(points_.size(), 1));
  const auto d = static_cast<double>(space.size());
  bandwidth_ = std::max(kNarrowest, kBandwidthFactor * std::pow(n, -1 / (d + 4)));
  log_normalisers_.resize(static_cast<Eigen::Index>(space.size()),
                          static_cast<Eigen::Index>(points_.size()));
  const double log_peak = std::log(bandwidth_ * std::sqrt(2 * std::numbers::pi));
  for (size_t p = 0; p < points_.size(); ++p) {
    for (Eigen::Index i = 0; i < log_normalisers_.rows(); ++i) {
      const double center = points_[p](i);
      const double mass =
          NormalCdf((1 - center) / bandwidth_) - NormalCdf((0 - center) / bandwidth_);
      log_normalisers_(i, static_cast<Eigen::Index>(p)) = log_peak + std::log(mass);
    }
  }
}

double JointParzenEstimator::SampleCoordinate(size_t dimension, double center,
                                              RandomStream& stream) const {
  if (std::isnan(center)) return stream.Uniform();
  if (space_[dimension].is_categorical()) {
    if (stream.Uniform() < kCategoryMass) return center;
    return stream.Uniform();
  }
  const double low = NormalCdf((0 - center) / bandwidth_);
  const double high = NormalCdf((1 - center) / bandwidth_);
  const double x = center + bandwidth_ * NormalQuantile(low + (high - low) * stream.Uniform());
  return std::clamp(x, 0.0, 1.0);
}

Eigen::VectorXd JointParzenEstimator::Sample(RandomStream& stream) const {
  const double total = prior_weight_ + static_cast<double>(points_.size());
  const double chosen = stream.Uniform() * total - prior_weight_;
  Eigen::VectorXd x(static_cast<Eigen::Index>(space_.size()));
  for (size_t i = 0; i < space_.size(); ++i) {
    const double center = chosen < 0
                              ? std::numeric_limits<double>::quiet_NaN()
                              : points_[std::min(points_.size() - 1, static_cast<size_t>(chosen))](
                                    static_cast<Eigen::Index>(i));
    x(static_cast<Eigen::Index>(i)) = SampleCoordinate(i, center, stream);
  }
  return x;
}

double JointParzenEstimator::LogDensity(const Eigen::VectorXd& x) const {
  const double inverse = 1 / bandwidth_;
  double density = prior_weight_;  // the prior is uniform on the cube
  for (size_t p = 0; p < points_.size(); ++p) {
    double log_kernel = 0;
    for (Eigen::Index i = 0; i < x.size(); ++i) {
      const double center = points_[p](i);
      if (std::isnan(center) || std::isnan(x(i))) continue;
      const Dimension& dimension = space_[static_cast<size_t>(i)];
      if (dimension.is_categorical()) {
        const auto k = static_cast<double>(dimension.cardinality());
        const bool same = std::floor(x(i) * k) == std::floor(center * k);
        log_kernel += std::log((1 - kCategoryMass) + (same ? kCategoryMass * k : 0));
      } else {
        const double z = (x(i) - center) * inverse;
        log_kernel -= 0.5 * z * z + log_normalisers_(i, static_cast<Eigen::Index>(p));
      }
    }
    density += std::exp(log_kernel);
  }
  return std::log(density / (prior_weight_ + static_cast<double>(points_.size())));
}

}  // namespace qalam
