#include "suggestion/early_stopping/threshold_stop.h"

#include <cmath>
#include <limits>

namespace qalam {

namespace {

constexpr double kEndless = std::numeric_limits<double>::infinity();

double Bound(const Settings& settings, const char* name, double without) {
  return settings.Has(name) ? settings.Double(name) : without;
}

class ThresholdStop final : public StoppingRule {
 public:
  ThresholdStop(double lower, double upper, int64_t start_step, bool maximize)
      : lower_(lower), upper_(upper), start_step_(start_step), maximize_(maximize) {}

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    const auto& point = curves[0].Of(trial).latest();
    if (point.step < start_step_) return std::nullopt;
    const double value = maximize_ ? -point.loss : point.loss;
    if (std::isnan(value)) return fmt::format("its value at step {} is not a number", point.step);
    if (value < lower_) {
      return fmt::format("its value at step {} is {:g}, below {:g}", point.step, value, lower_);
    }
    if (value > upper_) {
      return fmt::format("its value at step {} is {:g}, above {:g}", point.step, value, upper_);
    }
    return std::nullopt;
  }

  std::vector<StoppingBound> Bounds(std::span<const TrialCurves> ended) const override {
    std::vector<StoppingBound> bounds;
    // Where the metric is maximised, losses are its negative, and upper is lower.
    if (upper_ < kEndless)
      bounds.push_back({maximize_ ? -upper_ : upper_, !maximize_, start_step_});
    if (lower_ > -kEndless)
      bounds.push_back({maximize_ ? -lower_ : lower_, maximize_, start_step_});
    return bounds;
  }

 private:
  const double lower_;
  const double upper_;
  const int64_t start_step_;
  const bool maximize_;
};

}  // namespace

std::vector<SettingSchema> ThresholdStopSettings() {
  return {{.name = "lower",
           .type = SettingType::kDouble,
           .help = "The metric's lowest value that lets a trial go on."},
          {.name = "upper",
           .type = SettingType::kDouble,
           .help = "The metric's highest value that lets a trial go on."},
          StartStepSetting("1")};
}

Status CheckThresholdStop(const Settings& settings) {
  const double lower = Bound(settings, "lower", -kEndless);
  const double upper = Bound(settings, "upper", kEndless);
  if (lower == -kEndless && upper == kEndless) {
    return InvalidArgument("threshold needs the setting lower, the setting upper, or both");
  }
  if (lower >= upper) {
    return InvalidArgument("lower should be below upper; they are {:g} and {:g}", lower, upper);
  }
  return absl::OkStatus();
}

std::unique_ptr<StoppingRule> MakeThresholdStop(const StoppingContext& context) {
  return std::make_unique<ThresholdStop>(Bound(context.settings, "lower", -kEndless),
                                         Bound(context.settings, "upper", kEndless),
                                         context.settings.Int("start_step"), context.maximize);
}

}  // namespace qalam
