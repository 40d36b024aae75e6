#include "suggestion/early_stopping/percentile_stop.h"

#include "suggestion/early_stopping/median_stop.h"

namespace qalam {

namespace {

class PercentileStop final : public StoppingRule {
 public:
  PercentileStop(double percentile, int64_t min_trials, int64_t start_step)
      : percentile_(percentile), min_trials_(min_trials), start_step_(start_step) {}

  std::optional<std::string> Judge(const TrialCurves& curves,
                                   const std::string& trial) const override {
    const auto& point = curves.Of(trial).latest();
    if (point.step < start_step_) return std::nullopt;
    auto others = curves.OfOthers(trial, point.step, &TrialCurve::Point::best);
    const auto count = static_cast<int64_t>(others.size());
    if (count < min_trials_) return std::nullopt;
    if (point.best <= Quantile(std::move(others), percentile_ / 100)) return std::nullopt;
    return fmt::format(
        "its best value up to step {} is not among the best {:g} percent of {} other trials",
        point.step, percentile_, count);
  }

 private:
  const double percentile_;
  const int64_t min_trials_;
  const int64_t start_step_;
};

}  // namespace

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
  return std::make_unique<PercentileStop>(context.settings.Double("percentile"),
                                          context.settings.Int("min_trials_required"),
                                          context.settings.Int("start_step"));
}

}  // namespace qalam
