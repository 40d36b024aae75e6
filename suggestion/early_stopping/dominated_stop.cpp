#include "suggestion/early_stopping/dominated_stop.h"

#include <algorithm>

namespace qalam {

namespace {

class DominatedStop final : public StoppingRule {
 public:
  DominatedStop(int64_t dominators, int64_t start_step)
      : dominators_(dominators), start_step_(start_step) {}

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    // Where every objective has come to.
    int64_t step = curves[0].Of(trial).latest().step;
    for (const auto& curve : curves) step = std::min(step, curve.Of(trial).latest().step);
    if (step < start_step_) return std::nullopt;
    int64_t count = 0;
    for (const auto& [other, curve] : curves[0].all()) {
      if (other != trial && Beats(curves, other, trial, step)) ++count;
    }
    if (count < dominators_) return std::nullopt;
    return fmt::format("up to step {} {} other trials are better in every objective", step, count);
  }

 private:
  static bool Beats(std::span<const TrialCurves> curves, const std::string& other,
                    const std::string& trial, int64_t step) {
    return std::all_of(curves.begin(), curves.end(), [&](const TrialCurves& objective) {
      if (!objective.Contains(other)) return false;
      const auto* theirs = objective.Of(other).At(step);
      const auto* ours = objective.Of(trial).At(step);
      return theirs != nullptr && ours != nullptr && theirs->best < ours->best;
    });
  }

  const int64_t dominators_;
  const int64_t start_step_;
};

}  // namespace

std::vector<SettingSchema> DominatedStopSettings() {
  return {{.name = "dominators",
           .type = SettingType::kInt,
           .default_value = "3",
           .help = "Other trials that must be better in every objective.",
           .min = 1},
          StartStepSetting("4")};
}

std::unique_ptr<StoppingRule> MakeDominatedStop(const StoppingContext& context) {
  return std::make_unique<DominatedStop>(context.settings.Int("dominators"),
                                         context.settings.Int("start_step"));
}

}  // namespace qalam
