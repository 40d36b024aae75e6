#include "suggestion/early_stopping/hyperband_stop.h"

#include <cmath>

#include "base/random.h"
#include "suggestion/early_stopping/halving_stop.h"
#include "suggestion/early_stopping/rungs.h"

namespace qalam {

namespace {

class HyperbandStop final : public StoppingRule {
 public:
  HyperbandStop(double r_min, double r_max, double eta) : r_max_(r_max) {
    // A whole power that rounding has made a little too small still counts.
    constexpr double kRounding = 1e-9;
    const int most =
        static_cast<int>(std::floor(std::log(r_max / r_min) / std::log(eta) + kRounding));
    for (int s = most; s >= 0; --s) {
      brackets_.push_back({.first = r_max * std::pow(eta, -s), .eta = eta});
      total_ += std::ceil((most + 1.0) / (s + 1.0) * std::pow(eta, s));
      ends_.push_back(total_);
    }
  }

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    // At the full length nobody can go on.
    if (static_cast<double>(curves[0].Of(trial).latest().step) >= r_max_) return std::nullopt;
    const size_t bracket = BracketOf(trial);
    auto because = JudgeAtRung(brackets_[bracket], curves[0], trial, [&](const std::string& other) {
      return BracketOf(other) == bracket;
    });
    if (because) *because = fmt::format("in bracket {} {}", bracket, *because);
    return because;
  }

 private:
  size_t BracketOf(const std::string& trial) const {
    const double place = total_ * RandomStream(StableHash(trial), 0, "hyperband.bracket").Uniform();
    size_t bracket = 0;
    while (bracket + 1 < ends_.size() && place >= ends_[bracket]) ++bracket;
    return bracket;
  }

  const double r_max_;
  std::vector<Rungs> brackets_;
  std::vector<double> ends_;  // of each bracket's share, summed up
  double total_ = 0;
};

}  // namespace

std::vector<SettingSchema> HyperbandStopSettings() {
  auto settings = HalvingStopSettings();
  settings[0].help = "The step of the first rung of the bracket that begins earliest.";
  settings.insert(settings.begin() + 1, {.name = "r_max",
                                         .type = SettingType::kInt,
                                         .default_value = "27",
                                         .help = "The steps of a whole training.",
                                         .min = 1});
  return settings;
}

Status CheckHyperbandStop(const Settings& settings) {
  const int64_t r_min = settings.Int("r_min"), r_max = settings.Int("r_max");
  if (static_cast<double>(r_max) >= static_cast<double>(r_min) * settings.Double("eta")) {
    return absl::OkStatus();
  }
  return InvalidArgument("r_max should be at least r_min * eta, which is {:g}; it is {}",
                         static_cast<double>(r_min) * settings.Double("eta"), r_max);
}

std::unique_ptr<StoppingRule> MakeHyperbandStop(const StoppingContext& context) {
  return std::make_unique<HyperbandStop>(static_cast<double>(context.settings.Int("r_min")),
                                         static_cast<double>(context.settings.Int("r_max")),
                                         context.settings.Double("eta"));
}

}  // namespace qalam
