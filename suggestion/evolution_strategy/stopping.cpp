#include "suggestion/evolution_strategy/stopping.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace qalam {

namespace {

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// The last share of the records against the first of them.
bool HasStagnated(std::span<const GenerationRecord> records, double dimensions, int population) {
  const auto age = static_cast<double>(records.size());
  const double window = std::min(
      20000.0, std::ceil(0.2 * age + 120 + 30 * dimensions / static_cast<double>(population)));
  if (age < window) return false;
  const auto recent = records.last(static_cast<size_t>(window));
  const auto part = static_cast<size_t>(0.3 * window);
  const auto median_of = [](std::span<const GenerationRecord> some, auto member) {
    std::vector<double> values;
    values.reserve(some.size());
    for (const auto& record : some) values.push_back(record.*member);
    return Median(std::move(values));
  };
  const auto first = recent.first(part);
  const auto last = recent.last(part);
  return median_of(last, &GenerationRecord::best) >= median_of(first, &GenerationRecord::best) &&
         median_of(last, &GenerationRecord::middle) >= median_of(first, &GenerationRecord::middle);
}

bool HistoryIsLevel(std::span<const GenerationRecord> records, double dimensions, int population) {
  constexpr double kTolerance = 1e-12;
  const auto window = static_cast<size_t>(10 + std::ceil(30 * dimensions / population));
  if (records.size() < window) return false;
  const auto recent = records.last(window);
  const auto [least, most] = std::minmax_element(
      recent.begin(), recent.end(), [](const auto& a, const auto& b) { return a.best < b.best; });
  // All failed: as level as can be.
  if (least->best == most->best) return true;
  // Infinity is relative to nothing: a generation of failures among others is not level with them.
  const double range = most->best - least->best;
  if (!std::isfinite(range)) return false;
  return range <= kTolerance * std::max(std::fabs(least->best), std::fabs(most->best));
}

bool IsMostlyFlat(std::span<const GenerationRecord> records, double dimensions) {
  // In one or two dimensions two equal values are soon met by chance.
  constexpr double kLeastWindow = 10;
  const auto window = static_cast<size_t>(std::max(dimensions, kLeastWindow));
  if (records.size() < window) return false;
  const auto recent = records.last(window);
  const auto flat = std::count_if(recent.begin(), recent.end(),
                                  [](const auto& record) { return record.is_flat; });
  return static_cast<size_t>(flat) * 3 > window;
}

bool IsTiny(const SearchDistribution& d, double start_step, const std::vector<bool>& smooth) {
  const double tolerance = 1e-12 * start_step;
  bool any = false;
  for (size_t k = 0; k < smooth.size(); ++k) {
    if (!smooth[k]) continue;
    any = true;
    const auto i = static_cast<Eigen::Index>(k);
    if (d.StandardDeviation(i) > tolerance ||
        d.step_size * std::fabs(d.path_covariance(i)) > tolerance) {
      return false;
    }
  }
  return any;
}

bool AxisHasNoEffect(const SearchDistribution& d) {
  const Eigen::Index axis = d.generation % d.mean.size();
  const Eigen::ArrayXd step = 0.1 * d.step_size * d.scale.array() * d.transform.col(axis).array();
  return (d.mean.array() + step == d.mean.array()).all();
}

bool CoordinateHasNoEffect(const SearchDistribution& d) {
  for (Eigen::Index i = 0; i < d.mean.size(); ++i) {
    if (d.mean(i) + 0.2 * d.StandardDeviation(i) == d.mean(i)) return true;
  }
  return false;
}

}  // namespace

GenerationRecord MakeGenerationRecord(std::span<const double> losses) {
  const size_t k = static_cast<size_t>(1 + std::ceil(0.1 + static_cast<double>(losses.size()) / 4));
  return {.best = losses.front(),
          .middle = losses[losses.size() / 2],
          .is_flat = losses.front() == losses[std::min(k, losses.size()) - 1]};
}

std::string_view StoppingReason(const SearchDistribution& d,
                                std::span<const GenerationRecord> records, int population,
                                double start_step, const std::vector<bool>& smooth) {
  const auto n = static_cast<double>(std::max<size_t>(smooth.size(), 1));
  const double most_generations = 100 + 50 * (n + 3) * (n + 3) / std::sqrt(population);
  if (static_cast<double>(records.size()) >= most_generations) return "MaxIter";
  if (HistoryIsLevel(records, n, population)) return "TolHistFun";
  if (IsMostlyFlat(records, n)) return "EqualFunVals";
  if (HasStagnated(records, n, population)) return "Stagnation";
  if (smooth.empty()) return "";
  if (IsTiny(d, start_step, smooth)) return "TolX";
  constexpr double kMostCondition = 1e14;
  const double longest = d.axis_lengths.maxCoeff();
  const double shortest = d.axis_lengths.minCoeff();
  if (longest * longest > 0.99 * kMostCondition * shortest * shortest) return "ConditionCov";
  if (AxisHasNoEffect(d)) return "NoEffectAxis";
  if (CoordinateHasNoEffect(d)) return "NoEffectCoor";
  return "";
}

}  // namespace qalam
