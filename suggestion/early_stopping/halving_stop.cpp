#include "suggestion/early_stopping/halving_stop.h"

#include <algorithm>
#include <cmath>

namespace qalam {

namespace {

class HalvingStop final : public StoppingRule {
 public:
  HalvingStop(double first_rung, double eta) : first_rung_(first_rung), eta_(eta) {}

  std::optional<std::string> Judge(const TrialCurves& curves,
                                   const std::string& trial) const override {
    const auto& points = curves.Of(trial).points();
    const int64_t before = points.size() > 1 ? points[points.size() - 2].step : 0;
    const auto rung = RungBetween(before, points.back().step);
    if (!rung) return std::nullopt;
    const double best = points.back().best;
    const auto others = curves.OfOthers(trial, *rung, &TrialCurve::Point::best);
    const auto count = static_cast<int64_t>(others.size()) + 1;
    const int64_t places =
        std::max<int64_t>(1, static_cast<int64_t>(std::floor(static_cast<double>(count) / eta_)));
    const auto ahead =
        std::count_if(others.begin(), others.end(), [&](double other) { return other < best; });
    if (ahead < places) return std::nullopt;
    return fmt::format("at step {} it is number {} of {} trials, and the best {} go on", *rung,
                       ahead + 1, count, places);
  }

 private:
  // The highest rung above `before` and not above `step`: a trial that skips one is judged once.
  std::optional<int64_t> RungBetween(int64_t before, int64_t step) const {
    std::optional<int64_t> found;
    for (double rung = first_rung_; rung <= static_cast<double>(step); rung *= eta_) {
      const auto whole = static_cast<int64_t>(std::ceil(rung));
      if (whole > before && whole <= step) found = whole;
    }
    return found;
  }

  const double first_rung_;
  const double eta_;
};

}  // namespace

std::vector<SettingSchema> HalvingStopSettings() {
  return {{.name = "r_min",
           .type = SettingType::kInt,
           .default_value = "1",
           .help = "The step of the first rung.",
           .min = 1},
          {.name = "eta",
           .type = SettingType::kDouble,
           .default_value = "3",
           .help = "One in eta goes on from each rung; each lies eta times as far as the last.",
           .min = 1.5}};
}

std::unique_ptr<StoppingRule> MakeHalvingStop(const StoppingContext& context) {
  return std::make_unique<HalvingStop>(static_cast<double>(context.settings.Int("r_min")),
                                       context.settings.Double("eta"));
}

}  // namespace qalam
