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

// At this many spreads from the middle doubles still tell losses apart that differ by one, and no
// power below overflows. Also a search that has found its optimum to ten digits stays within.
constexpr double kFarthest = 1e15;
// Beyond the first losses, shaped, by this many of their ranges: a shape is fitted to losses that
// it has seen, and one that is far from them would leave no difference between the others.
constexpr double kBeyond = 10;

// How far losses lie from one another: by the quartiles of the first or, when those are one, by the
// range of all.
double Spread(const std::vector<double>& sorted_first, double middle, const Eigen::ArrayXd& all) {
  double spread = (Quantile(sorted_first, 0.75) - Quantile(sorted_first, 0.25)) / 1.35;
  if (!(spread > 0)) spread = all.maxCoeff() - all.minCoeff();
  std::vector<double> distances;
  for (const double loss : all) {
    if (loss != middle) distances.push_back(std::abs(loss - middle));
  }
  if (distances.empty()) return spread;
  std::sort(distances.begin(), distances.end());
  // Penalties that are so large, and so many, are no scale for the others.
  const double typical = Quantile(distances, 0.5);
  return spread / typical > kFarthest ? typical : spread;
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

// The shape, without the scale, is that of the first `leading` finite losses.
Eigen::VectorXd Transform(const Eigen::VectorXd& losses, Eigen::Index leading) {
  // So that no difference of two overflows.
  constexpr double kLargest = std::numeric_limits<double>::max() / 4;
  std::vector<double> finite;
  for (const double loss : losses) {
    if (std::isfinite(loss)) finite.push_back(std::clamp(loss, -kLargest, kLargest));
  }
  if (finite.empty()) return Eigen::VectorXd::Zero(losses.size());
  const auto [low, high] = std::minmax_element(finite.begin(), finite.end());
  const Eigen::ArrayXd clipped = losses.array().max(*low).min(*high);
  finite.resize(std::min(finite.size(), static_cast<size_t>(leading)));
  const Eigen::ArrayXd first =
      Eigen::Map<const Eigen::ArrayXd>(finite.data(), static_cast<Eigen::Index>(finite.size()));
  std::sort(finite.begin(), finite.end());
  const double middle = Quantile(finite, 0.5);
  const double spread = Spread(finite, middle, clipped);
  if (!(spread > 0)) return Eigen::VectorXd::Zero(losses.size());
  const auto standardise = [&](const Eigen::ArrayXd& some) -> Eigen::ArrayXd {
    return ((some - middle) / spread).max(-kFarthest).min(kFarthest);
  };
  const double lambda = BestLambda(standardise(first));
  const Eigen::ArrayXd shaped = YeoJohnson(standardise(first), lambda);
  const double low_end = shaped.minCoeff(), high_end = shaped.maxCoeff();
  // One spread at least, where the first are all equal.
  const double beyond = kBeyond * std::max(high_end - low_end, 1.0);
  const Eigen::ArrayXd values =
      YeoJohnson(standardise(clipped), lambda).max(low_end - beyond).min(high_end + beyond);
  const double mean = values.mean();
  const double deviation = std::sqrt((values - mean).square().mean());
  return (values - mean) / std::max(deviation, std::numeric_limits<double>::min());
}

}  // namespace

Eigen::VectorXd TransformLosses(const Eigen::VectorXd& losses) {
  return Transform(losses, losses.size());
}

Eigen::VectorXd TransformObjectiveLosses(const Eigen::VectorXd& losses) {
  constexpr Eigen::Index kDesign = 12;  // most of them of the initial design, which crowds nowhere
  return Transform(losses, kDesign);
}

Eigen::VectorXd TransformViolations(const Eigen::VectorXd& violations) {
  std::vector<double> sizes;
  for (const double violation : violations) {
    if (std::isfinite(violation) && violation != 0) sizes.push_back(std::abs(violation));
  }
  if (sizes.empty()) return violations.array().max(-1).min(1);
  std::sort(sizes.begin(), sizes.end());
  const double spread = Quantile(sizes, 0.5);
  const double most = std::min(sizes.back() / spread, std::numeric_limits<double>::max());
  const Eigen::ArrayXd values = (violations.array() / spread).max(-most).min(most);
  return values.sign() * (1 + values.abs()).log();
}

}  // namespace qalam
