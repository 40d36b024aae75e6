#include "suggestion/samplers/tpe_history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

#include "suggestion/multi_objective/pareto.h"

namespace qalam {

TpeOptions ReadTpeOptions(const SamplerContext& context) {
  TpeOptions options;
  if (context.settings.Has("gamma")) options.gamma = context.settings.Double("gamma");
  options.prior_weight = context.settings.Double("prior_weight");
  options.candidates = static_cast<int>(context.settings.Int("n_EI_candidates"));
  options.startup_trials = static_cast<int>(context.settings.Int("n_startup_trials"));
  options.seed = context.seed;
  return options;
}

std::vector<SettingSchema> TpeSettings() {
  return {
      {.name = "gamma",
       .type = SettingType::kDouble,
       .help = "Good trials are the best gamma * sqrt(n) of n. By default the best tenth.",
       .min = 0,
       .max = 1,
       .min_exclusive = true,
       .max_exclusive = true},
      {.name = "prior_weight",
       .type = SettingType::kDouble,
       .default_value = "1.0",
       .help = "Weight of the search space's own distribution beside each trial.",
       .min = 0,
       .min_exclusive = true},
      {.name = "n_EI_candidates",
       .type = SettingType::kInt,
       .default_value = "24",
       .help = "Candidates drawn from the good model, of which the best is taken.",
       .min = 1,
       .max = 10000,
       .aliases = {"n_ei_candidates"}},
      {.name = "n_startup_trials",
       .type = SettingType::kInt,
       .default_value = "10",
       .help = "Trials of a scrambled Sobol sequence before the model is used.",
       .min = 0},
      RandomStateSetting(),
  };
}

TpeHistory::TpeHistory(const SamplerContext& context, std::vector<std::vector<size_t>> groups)
    : space_(context.space),
      groups_(std::move(groups)),
      objective_count_(context.objective_count),
      constraint_count_(context.constraint_count),
      ordered_(groups_.size()) {}

void TpeHistory::Add(const TrialResult& result) {
  finished_.Add(result.point);
  if (!IsInformative(result)) return;
  auto observation = std::make_unique<Observation>();
  observation->violation = TotalViolation(result, constraint_count_);
  observation->loss = Loss(result);
  observation->number = result.number;
  observation->coordinates = Encode(result.point);
  if (objective_count_ > 1) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    auto& objectives = observation->objectives = RankedObjectives(result, objective_count_);
    if (std::find(objectives.begin(), objectives.end(), kInfinity) != objectives.end()) {
      objectives.assign(objectives.size(), kInfinity);
      observation->loss = kInfinity;
    }
  }
  owned_.push_back(std::move(observation));
  const Observation* added = owned_.back().get();
  if (std::isfinite(added->loss)) ++usable_;
  for (size_t g = 0; g < groups_.size(); ++g) {
    if (std::isnan(added->coordinates(static_cast<Eigen::Index>(groups_[g][0])))) continue;
    const auto place = std::upper_bound(ordered_[g].begin(), ordered_[g].end(), added,
                                        [](const Observation* a, const Observation* b) {
                                          return std::tie(a->violation, a->loss, a->number) <
                                                 std::tie(b->violation, b->loss, b->number);
                                        });
    ordered_[g].insert(place, added);
  }
}

Eigen::VectorXd TpeHistory::Encode(const Point& point) const {
  Eigen::VectorXd coordinates(static_cast<Eigen::Index>(space_.size()));
  for (size_t i = 0; i < space_.size(); ++i) {
    const double value = point.values[i];
    const bool as_it_is = std::isnan(value) || space_[i].is_categorical();
    coordinates(static_cast<Eigen::Index>(i)) = as_it_is ? value : space_[i].ToUnit(value);
  }
  return coordinates;
}

size_t TpeHistory::GoodCount(const TpeOptions& options, size_t n) {
  constexpr double kUsualShare = 0.1;
  constexpr double kMost = 25;
  const auto count = static_cast<double>(n);
  const double good = options.gamma ? *options.gamma * std::sqrt(count) : kUsualShare * count;
  return std::min(n, static_cast<size_t>(std::clamp(std::ceil(good), 1.0, kMost)));
}

}  // namespace qalam
