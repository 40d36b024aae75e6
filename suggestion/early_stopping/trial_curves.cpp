#include "suggestion/early_stopping/trial_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace qalam {

void TrialCurve::Add(int64_t step, double loss) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  const int64_t next = points_.empty() ? 1 : points_.back().step + 1;
  // A program that counts anew, after a restart for instance, still goes on.
  const bool is_growing = step >= 0 && (points_.empty() || step >= next);
  if (!std::isnan(loss)) {
    sum_ += loss;
    ++numbers_;
  }
  const double before = points_.empty() ? kInfinite : points_.back().best;
  points_.push_back({.step = is_growing ? step : next,
                     .loss = loss,
                     .best = std::isnan(loss) ? before : std::min(before, loss),
                     .average = numbers_ > 0 ? sum_ / static_cast<double>(numbers_) : kInfinite});
}

const TrialCurve::Point* TrialCurve::At(int64_t step) const {
  if (points_.empty() || points_.back().step < step || points_.front().step > step) return nullptr;
  const auto after =
      std::upper_bound(points_.begin(), points_.end(), step,
                       [](int64_t wanted, const Point& point) { return wanted < point.step; });
  return &*std::prev(after);
}

std::vector<double> TrialCurves::OfOthers(const std::string& trial, int64_t step,
                                          double TrialCurve::Point::*member) const {
  std::vector<double> values;
  for (const auto& [name, curve] : curves_) {
    if (name == trial) continue;
    if (const auto* point = curve.At(step)) values.push_back(point->*member);
  }
  return values;
}

double Quantile(std::vector<double> values, double share) {
  const double place = share * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::ptrdiff_t>(std::floor(place));
  std::nth_element(values.begin(), values.begin() + low, values.end());
  const double below = values[low];
  const double rest = place - static_cast<double>(low);
  // Infinities must not meet: infinite minus infinite is no number.
  if (rest == 0) return below;
  const double above = *std::min_element(values.begin() + low + 1, values.end());
  return below == above ? below : below + rest * (above - below);
}

}  // namespace qalam
