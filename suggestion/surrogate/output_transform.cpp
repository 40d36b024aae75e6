#include "suggestion/surrogate/output_transform.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace qalam {

namespace {

// The value below which a share of the sorted values lies.
double Quantile(const std::vector<double>& sorted, double share) {
  return sorted[static_cast<size_t>(share * static_cast<double>(sorted.size() - 1))];
}

// Yeo and Johnson, "A new family of power transformations to improve normality or symmetry",
// Biometrika 87, 2000, equation 2.1.
Eigen::ArrayXd YeoJohnson(const Eigen::ArrayXd& values, double lambda) {
  const auto one = [&](double x) {
    if (x >= 0) {
      return std::abs(lambda) < 1e-8 ? std::log1p(x) : std::expm1(lambda * std::log1p(x)) / lambda;
    }
    const double mirrored = 2 - lambda;
    return std::abs(mirrored) < 1e-8 ? -std::log1p(-x)
                                     : -std::expm1(mirrored * std::log1p(-x)) / mirrored;
  };
  return values.unaryExpr(one);
}

// The log likelihood of lambda if the transformed values are normal (ibid., equation 3.1).
double LogLikelihood(const Eigen::ArrayXd& values, double lambda) {
  const Eigen::ArrayXd transformed = YeoJohnson(values, lambda);
  const double variance = (transformed - transformed.mean()).square().mean();
  const double jacobian = (values.sign() * (1 + values.abs()).log()).sum();
  return -0.5 * static_cast<double>(values.size()) * std::log(variance) + (lambda - 1) * jacobian;
}

double BestLambda(const Eigen::ArrayXd& values) {
  double best = 1, best_likelihood = -std::numeric_limits<double>::infinity();
  // The likelihood is flat: a grid is as good as a search.
  for (double lambda = -2; lambda <= 3; lambda += 0.125) {
    const double likelihood = LogLikelihood(values, lambda);
    if (likelihood > best_likelihood) {
      best_likelihood = likelihood;
      best = lambda;
    }
  }
  return best;
}

}  // namespace

Eigen::VectorXd TransformLosses(const Eigen::VectorXd& losses) {
  std::vector<double> sorted;
  for (const double loss : losses) {
    if (std::isfinite(loss)) sorted.push_back(loss);
  }
  if (sorted.empty()) return Eigen::VectorXd::Zero(losses.size());
  std::sort(sorted.begin(), sorted.end());
  const double low = sorted.front(), high = sorted.back();
  const double middle = Quantile(sorted, 0.5);
  double spread = (Quantile(sorted, 0.75) - Quantile(sorted, 0.25)) / 1.35;
  if (!(spread > 0)) spread = high - low;
  if (!(spread > 0)) return Eigen::VectorXd::Zero(losses.size());
  Eigen::ArrayXd values = (losses.array().max(low).min(high) - middle) / spread;
  values = YeoJohnson(values, BestLambda(values));
  const double mean = values.mean();
  const double deviation = std::sqrt((values - mean).square().mean());
  return (values - mean) / std::max(deviation, std::numeric_limits<double>::min());
}

Eigen::VectorXd TransformViolations(const Eigen::VectorXd& violations) {
  std::vector<double> sizes;
  for (const double violation : violations) {
    if (std::isfinite(violation) && violation != 0) sizes.push_back(std::abs(violation));
  }
  if (sizes.empty()) return violations.array().max(-1).min(1);
  std::sort(sizes.begin(), sizes.end());
  const double spread = Quantile(sizes, 0.5);
  const double most = sizes.back() / spread;
  const Eigen::ArrayXd values = (violations.array() / spread).max(-most).min(most);
  return values.sign() * (1 + values.abs()).log();
}

}  // namespace qalam
