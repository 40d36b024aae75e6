#include "suggestion/surrogate/parzen_estimator.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace qalam {

namespace {

double NormalCdf(double x) { return 0.5 * std::erfc(-x * std::numbers::sqrt2 / 2); }
const double kSqrtTwoPi = std::sqrt(2 * std::numbers::pi);

}  // namespace

ParzenEstimator::ParzenEstimator(std::vector<double> points, double prior_weight) {
  constexpr double kPriorMean = 0.5;
  constexpr double kPriorDeviation = 1;
  points.push_back(kPriorMean);
  std::sort(points.begin(), points.end());
  const auto n = static_cast<double>(points.size());
  // Narrower than this and a lucky point would be drawn again and again; Bergstra's code has the
  // same bound.
  const double narrowest = kPriorDeviation / std::min(100.0, 1 + n);
  bool prior_done = false;
  double total = 0;
  for (size_t i = 0; i < points.size(); ++i) {
    const double left = points[i] - (i == 0 ? 0.0 : points[i - 1]);
    const double right = (i + 1 == points.size() ? 1.0 : points[i + 1]) - points[i];
    double deviation = std::clamp(std::max(left, right), narrowest, kPriorDeviation);
    double weight = 1;
    if (!prior_done && points[i] == kPriorMean) {
      prior_done = true;
      deviation = kPriorDeviation;
      weight = prior_weight;
    }
    const double low_tail = NormalCdf((0 - points[i]) / deviation);
    const double mass = NormalCdf((1 - points[i]) / deviation) - low_tail;
    components_.push_back(
        {points[i], 1 / deviation, low_tail, mass, weight / (kSqrtTwoPi * deviation * mass)});
    total += weight;
    cumulative_weights_.push_back(total);
  }
  for (auto& component : components_) component.scale /= total;
  for (auto& weight : cumulative_weights_) weight /= total;
}

double ParzenEstimator::Sample(RandomStream& stream) const {
  const auto chosen = std::lower_bound(cumulative_weights_.begin(), cumulative_weights_.end() - 1,
                                       stream.Uniform()) -
                      cumulative_weights_.begin();
  const Component& component = components_[chosen];
  const double p = component.low_tail + component.mass * stream.Uniform();
  const double x = component.mean + NormalQuantile(p) / component.inverse_deviation;
  return std::clamp(x, 0.0, 1.0);
}

double ParzenEstimator::LogDensity(double x) const {
  double density = 0;
  for (const auto& component : components_) {
    const double z = (x - component.mean) * component.inverse_deviation;
    density += component.scale * std::exp(-0.5 * z * z);
  }
  return std::log(density);
}

BinnedDensity::BinnedDensity() : bins_(kBins, 0) {}

void BinnedDensity::Add(double x, int by) {
  bins_[std::min(kBins - 1, static_cast<int>(x * kBins))] += by;
  count_ += by;
}

double BinnedDensity::LogDensity(double x, double prior_weight, const std::vector<double>& removed,
                                 const std::vector<double>& added) const {
  const double n = count_ - static_cast<double>(removed.size()) + static_cast<double>(added.size());
  // Silverman's rule for the standard deviation of a uniform density, never below two bins.
  const double width = std::max(2.0 / kBins, 1.06 * 0.29 * std::pow(std::max(n, 1.0), -0.2));
  const double inverse = 1 / width;
  // A kernel that is cut off at a bound is made whole again there.
  const double mass = NormalCdf((1 - x) * inverse) - NormalCdf(-x * inverse);
  const auto kernel = [&](double center) {
    const double z = (x - center) * inverse;
    return std::exp(-0.5 * z * z);
  };
  constexpr double kReach = 3;
  const int begin = std::max(0, static_cast<int>((x - kReach * width) * kBins));
  const int end = std::min(kBins - 1, static_cast<int>((x + kReach * width) * kBins));
  // Equal steps: each kernel follows from the last by two multiplications instead of an
  // exponential.
  const double step = inverse / kBins;
  const double z = ((begin + 0.5) / kBins - x) * inverse;
  double value = std::exp(-0.5 * z * z);
  double ratio = std::exp(-step * z - 0.5 * step * step);
  const double ratio_change = std::exp(-step * step);
  double total = 0;
  for (int bin = begin; bin <= end; ++bin) {
    total += bins_[bin] * value;
    value *= ratio;
    ratio *= ratio_change;
  }
  const auto center = [](double point) {
    return (std::min(kBins - 1, static_cast<int>(point * kBins)) + 0.5) / kBins;
  };
  for (const double point : removed) {
    const int bin = std::min(kBins - 1, static_cast<int>(point * kBins));
    if (bin >= begin && bin <= end) total -= kernel(center(point));
  }
  for (const double point : added) total += kernel(center(point));
  const double density =
      (std::max(total, 0.0) * inverse / (kSqrtTwoPi * mass) + prior_weight) / (n + prior_weight);
  return std::log(density);
}

CategoricalDensity::CategoricalDensity(const std::vector<int>& counts, double prior_weight) {
  double total = 0;
  for (const int count : counts) {
    total += count + prior_weight / static_cast<double>(counts.size());
    cumulative_.push_back(total);
  }
  double before = 0;
  for (auto& value : cumulative_) {
    log_probabilities_.push_back(std::log((value - before) / total));
    before = value;
    value /= total;
  }
}

int CategoricalDensity::Sample(RandomStream& stream) const {
  return static_cast<int>(
      std::lower_bound(cumulative_.begin(), cumulative_.end() - 1, stream.Uniform()) -
      cumulative_.begin());
}

}  // namespace qalam
