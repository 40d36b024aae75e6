#include "suggestion/acquisition/acquisition.h"

#include <cmath>

#include "suggestion/acquisition/expected_hypervolume_improvement.h"
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
  for (const GaussianProcess* constraint : constraints_) add(*constraint, Feasibility);
  if (objectives_.size() == 1) {
    add(*objectives_[0], [&](double mean, double deviation) {
      return Improvement(kind_, best_target_, mean, deviation);
    });
  } else if (!objectives_.empty()) {
    const auto count = static_cast<Eigen::Index>(objectives_.size());
    Eigen::MatrixXd all_means(count, points.cols()), deviations(count, points.cols());
    for (Eigen::Index j = 0; j < count; ++j) {
      objectives_[static_cast<size_t>(j)]->Predict(points, means, variances);
      all_means.row(j) = means;
      deviations.row(j) = variances.cwiseSqrt();
    }
    for (Eigen::Index i = 0; i < points.cols(); ++i) {
      values(i) +=
          LogExpectedHypervolumeImprovement(cells_, all_means.col(i), deviations.col(i)).value;
    }
  }
  return values;
}

double Acquisition::ValueAndGradient(const Eigen::VectorXd& features,
                                     Eigen::VectorXd& gradient) const {
  double value = 0;
  gradient.setZero(features.size());
  const auto add = [&](const PredictionGradient& at, double by_mean, double by_deviation) {
    const double deviation = std::sqrt(at.prediction.variance);
    gradient += by_mean * at.mean_gradient + by_deviation / (2 * deviation) * at.variance_gradient;
  };
  const auto add_one = [&](const GaussianProcess& process, const auto& promise) {
    const PredictionGradient at = process.PredictWithGradient(features);
    const Promise term = promise(at.prediction.mean, std::sqrt(at.prediction.variance));
    value += term.value;
    add(at, term.by_mean, term.by_deviation);
  };
  for (const GaussianProcess* constraint : constraints_) add_one(*constraint, Feasibility);
  if (objectives_.size() == 1) {
    add_one(*objectives_[0], [&](double mean, double deviation) {
      return Improvement(kind_, best_target_, mean, deviation);
    });
  } else if (!objectives_.empty()) {
    std::vector<PredictionGradient> predictions;
    Eigen::VectorXd means(static_cast<Eigen::Index>(objectives_.size())), deviations(means.size());
    for (const GaussianProcess* objective : objectives_) {
      const auto j = static_cast<Eigen::Index>(predictions.size());
      predictions.push_back(objective->PredictWithGradient(features));
      means(j) = predictions.back().prediction.mean;
      deviations(j) = std::sqrt(predictions.back().prediction.variance);
    }
    const auto term = LogExpectedHypervolumeImprovement(cells_, means, deviations);
    value += term.value;
    for (Eigen::Index j = 0; j < means.size(); ++j) {
      add(predictions[static_cast<size_t>(j)], term.by_mean(j), term.by_deviation(j));
    }
  }
  return value;
}

}  // namespace qalam
