#include "suggestion/early_stopping/median_stop.h"

namespace qalam {

namespace {

class MedianStop final : public StoppingRule {
 public:
  MedianStop(int64_t min_trials, int64_t start_step)
      : min_trials_(min_trials), start_step_(start_step) {}

  std::optional<std::string> Judge(const TrialCurves& curves,
                                   const std::string& trial) const override {
    const auto& point = curves.Of(trial).latest();
    if (point.step < start_step_) return std::nullopt;
    auto others = curves.OfOthers(trial, point.step, &TrialCurve::Point::average);
    const auto count = static_cast<int64_t>(others.size());
    if (count < min_trials_) return std::nullopt;
    if (point.best <= Quantile(std::move(others), 0.5)) return std::nullopt;
    return fmt::format("its best value up to step {} is worse than the median of {} other trials",
                       point.step, count);
  }

 private:
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
          {.name = "start_step",
           .type = SettingType::kInt,
           .default_value = "4",
           .help = "No trial is stopped before this step.",
           .min = 1}};
}

std::unique_ptr<StoppingRule> MakeMedianStop(const StoppingContext& context) {
  return std::make_unique<MedianStop>(context.settings.Int("min_trials_required"),
                                      context.settings.Int("start_step"));
}

}  // namespace qalam
