#include "suggestion/early_stopping/patience_stop.h"

namespace qalam {

namespace {

class PatienceStop final : public StoppingRule {
 public:
  PatienceStop(int64_t patience, double min_delta, int64_t start_step)
      : patience_(patience), min_delta_(min_delta), start_step_(start_step) {}

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    const auto& points = curves[0].Of(trial).points();
    const auto count = static_cast<int64_t>(points.size());
    if (points.back().step < start_step_ || count <= patience_) return std::nullopt;
    const double before = points[count - 1 - patience_].best;
    if (points.back().best < before - min_delta_) return std::nullopt;
    return fmt::format("its value has not improved for {} points", patience_);
  }

 private:
  const int64_t patience_;
  const double min_delta_;
  const int64_t start_step_;
};

}  // namespace

std::vector<SettingSchema> PatienceStopSettings() {
  return {{.name = "patience",
           .type = SettingType::kInt,
           .default_value = "10",
           .help = "Points without improvement after which a trial is stopped.",
           .min = 1},
          {.name = "min_delta",
           .type = SettingType::kDouble,
           .default_value = "0",
           .help = "What a value must be better by to count as an improvement.",
           .min = 0},
          StartStepSetting("1")};
}

std::unique_ptr<StoppingRule> MakePatienceStop(const StoppingContext& context) {
  return std::make_unique<PatienceStop>(context.settings.Int("patience"),
                                        context.settings.Double("min_delta"),
                                        context.settings.Int("start_step"));
}

}  // namespace qalam
