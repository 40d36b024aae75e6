#include "suggestion/importance/importance_data.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"

namespace qalam {

namespace {

// Without replacement, in growing order.
std::vector<size_t> DrawTrials(size_t trials, size_t most, uint64_t seed) {
  std::vector<size_t> chosen(trials);
  std::iota(chosen.begin(), chosen.end(), 0);
  if (trials <= most) return chosen;
  RandomStream random(seed, 0, "importance.trials");
  for (size_t i = 0; i < most; ++i) std::swap(chosen[i], chosen[i + random.UniformInt(trials - i)]);
  chosen.resize(most);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace

StatusOr<ImportanceData> PrepareImportance(const ImportanceInput& input, size_t most_trials) {
  if (input.points.size() < kFewestTrials) {
    return FailedPrecondition(
        "importance needs at least {} finished trials with an objective; there {} {} so far",
        kFewestTrials, input.points.size() == 1 ? "is" : "are", input.points.size());
  }
  const auto chosen = DrawTrials(input.points.size(), most_trials, input.seed);
  const size_t trials = chosen.size(), parameters = input.space->size();
  ImportanceData data{Eigen::MatrixXd(trials, parameters), Eigen::VectorXd(trials)};
  RandomStream random(input.seed, 0, "importance.inactive");
  double largest = 0;
  for (const size_t i : chosen) largest = std::max(largest, std::fabs(input.losses[i]));
  if (largest == 0) largest = 1;
  for (size_t row = 0; row < trials; ++row) {
    const Point& point = input.points[chosen[row]];
    // Scaled before differences are taken: they could be infinite.
    data.losses(row) = input.losses[chosen[row]] / largest;
    for (size_t j = 0; j < parameters; ++j) {
      const double value = point.values[j];
      const Dimension& dimension = (*input.space)[j];
      data.units(row, j) =
          dimension.ToUnit(std::isnan(value) ? dimension.FromUnit(random.Uniform()) : value);
    }
  }
  const double best = data.losses.minCoeff(), range = data.losses.maxCoeff() - best;
  if (range <= 0) {
    return FailedPrecondition(
        "all {} finished trials have the same objective, so that no parameter tells them apart",
        trials);
  }
  data.losses = (data.losses.array() - best) / range;
  return data;
}

Importance MakeImportance(const SearchSpace& space, size_t trials,
                          const std::vector<double>& parameters,
                          std::vector<PairImportance> pairs) {
  double sum = std::accumulate(parameters.begin(), parameters.end(), 0.0);
  for (const auto& pair : pairs) sum += pair.importance;
  Importance importance{.trials = trials};
  for (size_t j = 0; j < parameters.size(); ++j) {
    importance.parameters.push_back({space[j].name(), parameters[j] / sum});
  }
  for (auto& pair : pairs) {
    pair.importance /= sum;
    if (pair.importance > 0) importance.pairs.push_back(std::move(pair));
  }
  const auto larger = [](const auto& a, const auto& b) { return a.importance > b.importance; };
  std::stable_sort(importance.parameters.begin(), importance.parameters.end(), larger);
  std::stable_sort(importance.pairs.begin(), importance.pairs.end(), larger);
  return importance;
}

}  // namespace qalam
