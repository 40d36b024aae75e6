#include "suggestion/early_stopping/quantile_stop.h"

namespace qalam {

namespace {

// What the others are measured by, and how many of them are better.
struct Yardstick {
  double share;  // of the others, from 0 to 1
  double TrialCurve::Point::*member;
  std::string words;  // "worse than the median", of how many others follows
};

class QuantileStop final : public StoppingRule {
 public:
  QuantileStop(Yardstick yardstick, const Settings& settings)
      : yardstick_(std::move(yardstick)),
        min_trials_(settings.Int("min_trials_required")),
        start_step_(settings.Int("start_step")) {}

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    const auto& point = curves[0].Of(trial).latest();
    if (point.step < start_step_) return std::nullopt;
    auto others = curves[0].OfOthers(trial, point.step, yardstick_.member);
    const auto count = static_cast<int64_t>(others.size());
    if (count < min_trials_ || point.best <= Quantile(std::move(others), yardstick_.share)) {
      return std::nullopt;
    }
    return fmt::format("its best value up to step {} is {} of {} other trials", point.step,
                       yardstick_.words, count);
  }

  std::vector<StoppingBound> Bounds(std::span<const TrialCurves> ended) const override {
    // Nobody is called so: all of them are others.
    auto values = ended[0].OfOthers("", start_step_, yardstick_.member);
    if (static_cast<int64_t>(values.size()) < min_trials_) return {};
    return {{.loss = Quantile(std::move(values), yardstick_.share),
             .is_upper = true,
             .start_step = start_step_}};
  }

 private:
  const Yardstick yardstick_;
  const int64_t min_trials_;
  const int64_t start_step_;
};

}  // namespace

std::vector<SettingSchema> MedianStopSettings() {
  return {{.name = "min_trials_required",
           .type = SettingType::kInt,
           .default_value = "3",
           .help = "Other trials that must have come as far.",
           .min = 1},
          StartStepSetting("4")};
}

std::unique_ptr<StoppingRule> MakeMedianStop(const StoppingContext& context) {
  return std::make_unique<QuantileStop>(
      Yardstick{0.5, &TrialCurve::Point::average, "worse than the median"}, context.settings);
}

std::vector<SettingSchema> PercentileStopSettings() {
  auto settings = MedianStopSettings();
  settings.insert(settings.begin(), {.name = "percentile",
                                     .type = SettingType::kDouble,
                                     .default_value = "25",
                                     .help = "The best percent of trials, which go on.",
                                     .min = 0,
                                     .max = 100,
                                     .min_exclusive = true,
                                     .max_exclusive = true});
  return settings;
}

std::unique_ptr<StoppingRule> MakePercentileStop(const StoppingContext& context) {
  const double percentile = context.settings.Double("percentile");
  return std::make_unique<QuantileStop>(
      Yardstick{percentile / 100, &TrialCurve::Point::best,
                fmt::format("not among the best {:g} percent", percentile)},
      context.settings);
}

}  // namespace qalam
