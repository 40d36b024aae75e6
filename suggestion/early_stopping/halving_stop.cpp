#include "suggestion/early_stopping/halving_stop.h"

#include "suggestion/early_stopping/rungs.h"

namespace qalam {

namespace {

class HalvingStop final : public StoppingRule {
 public:
  explicit HalvingStop(Rungs rungs) : rungs_(rungs) {}

  std::optional<std::string> Judge(std::span<const TrialCurves> curves,
                                   const std::string& trial) const override {
    return JudgeAtRung(rungs_, curves[0], trial, [](const std::string&) { return true; });
  }

 private:
  const Rungs rungs_;
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
  return std::make_unique<HalvingStop>(
      Rungs{.first = static_cast<double>(context.settings.Int("r_min")),
            .eta = context.settings.Double("eta")});
}

}  // namespace qalam
