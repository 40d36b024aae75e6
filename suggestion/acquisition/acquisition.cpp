#include "suggestion/acquisition/acquisition.h"

#include <cmath>

#include "suggestion/acquisition/log_expected_improvement.h"

namespace qalam {

namespace {

constexpr double kConfidence = 1.96;

// A value with its derivatives by a prediction's mean and deviation.
struct Promise {
  double value, by_mean, by_deviation;
};

Promise Improvement(AcquisitionKind kind, double best, double mean, double deviation) {
  if (kind == AcquisitionKind::kLowerConfidenceBound) {
    return {kConfidence * deviation - mean, -1, kConfidence};
  }
  const double z = (best - mean) / deviation;
  if (kind == AcquisitionKind::kProbabilityOfImprovement) {
    const Sloped log_probability = LogNormalCdf(z);
    const double slope = log_probability.slope / deviation;
    return {log_probability.value, -slope, -slope * z};
  }
  const Sloped log_improvement = LogExpectedImprovement(z);
  const double slope = log_improvement.slope / deviation;
  return {log_improvement.value + std::log(deviation), -slope, 1 / deviation - slope * z};
}

Promise Feasibility(double mean, double deviation) {
  const double z = -mean / deviation;
  const Sloped log_probability = LogNormalCdf(z);
  const double slope = log_probability.slope / deviation;
  return {log_probability.value, -slope, -slope * z};
}

}  // namespace

Eigen::VectorXd Acquisition::Values(const Eigen::Ref<const Eigen::MatrixXd>& points) const {
  Eigen::VectorXd values = Eigen::VectorXd::Zero(points.cols());
  Eigen::VectorXd means, variances;
  const auto add = [&](const GaussianProcess& process, const auto& promise) {
    process.Predict(points, means, variances);
    for (Eigen::Index i = 0; i < points.cols(); ++i) {
      values(i) += promise(means(i), std::sqrt(variances(i))).value;
    }
  };
  if (objective_ != nullptr) {
    add(*objective_, [&](double mean, double deviation) {
      return Improvement(kind_, best_target_, mean, deviation);
    });
  }
  for (const GaussianProcess* constraint : constraints_) add(*constraint, Feasibility);
  return values;
}

double Acquisition::ValueAndGradient(const Eigen::VectorXd& features,
                                     Eigen::VectorXd& gradient) const {
  double value = 0;
  gradient.setZero(features.size());
  const auto add = [&](const GaussianProcess& process, const auto& promise) {
    const PredictionGradient at = process.PredictWithGradient(features);
    const double deviation = std::sqrt(at.prediction.variance);
    const Promise term = promise(at.prediction.mean, deviation);
    value += term.value;
    gradient += term.by_mean * at.mean_gradient +
                term.by_deviation / (2 * deviation) * at.variance_gradient;
  };
  if (objective_ != nullptr) {
    add(*objective_, [&](double mean, double deviation) {
      return Improvement(kind_, best_target_, mean, deviation);
    });
  }
  for (const GaussianProcess* constraint : constraints_) add(*constraint, Feasibility);
  return value;
}

}  // namespace qalam
