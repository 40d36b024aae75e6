#include "suggestion/samplers/tpe_history.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

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
       .help = "Random trials before the model is used.",
       .min = 0},
      {.name = "random_state",
       .type = SettingType::kInt,
       .help = "Seed; overrides the experiment's.",
       .min = 0},
  };
}

const Observation* TpeHistory::Add(const TrialResult& result) {
  finished_.Add(result.point);
  if (!IsInformative(result)) return nullptr;
  owned_.push_back(std::make_unique<Observation>(
      Observation{Loss(result), result.number, Encode(result.point)}));
  const Observation* added = owned_.back().get();
  const auto place = std::upper_bound(
      by_loss_.begin(), by_loss_.end(), added, [](const Observation* a, const Observation* b) {
        return std::tie(a->loss, a->number) < std::tie(b->loss, b->number);
      });
  by_loss_.insert(place, added);
  if (std::isfinite(added->loss)) ++usable_;
  return added;
}

Eigen::VectorXd TpeHistory::Encode(const Point& point) const {
  Eigen::VectorXd unit = space_.ToUnit(point);
  for (size_t i = 0; i < space_.size(); ++i) {
    if (std::isnan(point.values[i])) {
      unit(static_cast<Eigen::Index>(i)) = std::numeric_limits<double>::quiet_NaN();
    }
  }
  return unit;
}

size_t TpeHistory::GoodCount(const TpeOptions& options) const {
  constexpr double kUsualShare = 0.1;
  constexpr double kMost = 25;
  const auto n = static_cast<double>(by_loss_.size());
  const double count = options.gamma ? *options.gamma * std::sqrt(n) : kUsualShare * n;
  return std::min(usable_, static_cast<size_t>(std::clamp(std::ceil(count), 1.0, kMost)));
}

}  // namespace qalam
