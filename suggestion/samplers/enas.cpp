#include "suggestion/samplers/enas.h"

#include <cmath>

#include "suggestion/architecture/controller_actions.h"
#include "suggestion/architecture/controller_training.h"
#include "suggestion/multi_objective/pareto.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// Draws that keep meeting taken points: the first few from the policy as it is, then from ever
// flatter ones, so that a search that has settled goes on with what is near.
constexpr int kDrawsAsTheyAre = 8;
constexpr int kFlattenedDraws = 24;

nas::ControllerOptions ReadControllerOptions(const Settings& settings) {
  return {.hidden_size = static_cast<int>(settings.Int("controller_hidden_size")),
          .logits = {settings.OptionalDouble("controller_temperature"),
                     settings.OptionalDouble("controller_tanh_const")},
          .learning_rate = settings.Double("controller_learning_rate"),
          .entropy_weight = settings.OptionalDouble("controller_entropy_weight"),
          .skip_target = settings.Double("controller_skip_target"),
          .skip_weight = settings.OptionalDouble("controller_skip_weight")};
}

class EnasSampler final : public Sampler {
 public:
  explicit EnasSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        constraint_count_(context.constraint_count),
        actions_(space_),
        training_(NewController(actions_, context),
                  {.baseline_decay = context.settings.Double("controller_baseline_decay"),
                   .steps = static_cast<int>(context.settings.Int("controller_train_steps")),
                   .seed = context.seed}) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      if (!IsInformative(result)) continue;
      training_.Add({result.number, TotalViolation(result, constraint_count_), Loss(result),
                     actions_.Encode(result.point)});
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    const nas::ArchitectureController& controller = training_.Current();
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      Point point = Draw(controller, number, taken);
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  static nas::ArchitectureController NewController(const ControllerActions& actions,
                                                   const SamplerContext& context) {
    // The settings are checked and the decisions are made here, so that neither can be refused.
    return *nas::ArchitectureController::Create(actions.decisions(),
                                                ReadControllerOptions(context.settings),
                                                RandomStream(context.seed, 0, "enas.weights"));
  }

  Point Draw(const nas::ArchitectureController& controller, int64_t number,
             const TakenPoints& taken) const {
    RandomStream stream(seed_, number, "enas");
    Point point;
    for (int draw = 0; draw < kDrawsAsTheyAre + kFlattenedDraws; ++draw) {
      constexpr double kFlattening = 0.85;  // 24 times: nearly uniform
      const double sharpness = std::pow(kFlattening, std::max(0, draw - kDrawsAsTheyAre + 1));
      point = actions_.Decode(controller.Sample(stream, sharpness));
      if (!taken.Contains(point)) return point;
    }
    return DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int constraint_count_;
  const ControllerActions actions_;
  // Brought up to date when asked; a function of the told set, so Suggest stays pure.
  mutable ControllerTraining training_;
  PointSet finished_;
};

SettingSchema ControllerWhole(const char* name, const char* default_value, const char* help,
                              double max) {
  return {.name = name,
          .type = SettingType::kInt,
          .default_value = default_value,
          .help = help,
          .min = 1,
          .max = max};
}

SettingSchema ControllerReal(const char* name, const char* default_value, const char* help,
                             std::optional<double> max = std::nullopt, bool none_allowed = false) {
  return {.name = name,
          .type = SettingType::kDouble,
          .default_value = default_value,
          .help = help,
          .min = 0,
          .max = max,
          .min_exclusive = true,
          .none_allowed = none_allowed};
}

}  // namespace

std::vector<SettingSchema> EnasSettings() {
  // Weights, and with them memory and time, grow by the square: 256 units take 13 MB a controller,
  // 1024 would take 200.
  constexpr double kMostUnits = 256;
  return {
      ControllerWhole("controller_hidden_size", "64", "Units of the controller's LSTM.",
                      kMostUnits),
      ControllerReal("controller_temperature", "5", "Divides the logits.", {}, true),
      ControllerReal("controller_tanh_const", "2.25", "Bounds the logits.", {}, true),
      ControllerReal("controller_entropy_weight", "1e-5", "Reward for uncertainty.", {}, true),
      ControllerReal("controller_baseline_decay", "0.999", "Of the moving average of rewards.", 1),
      ControllerReal("controller_learning_rate", "5e-5", "Of Adam.", 1),
      ControllerReal("controller_skip_target", "0.4", "Share of skip connections to keep to.", 1),
      ControllerReal("controller_skip_weight", "0.8", "Penalty for leaving that share.", {}, true),
      ControllerWhole("controller_train_steps", "50",
                      "Training steps for each generation of results.", 10000),
      ControllerWhole("controller_log_every_steps", "10",
                      "Accepted for Katib's sake; nothing is logged.", 10000),
      RandomStateSetting(),
  };
}

std::unique_ptr<Sampler> MakeEnasSampler(const SamplerContext& context) {
  return std::make_unique<EnasSampler>(context);
}

Status CheckEnas(const SearchSpace& space, const Settings& settings) {
  for (const auto& dimension : space.dimensions()) {
    if (dimension.cardinality() > 0) continue;
    return InvalidArgument("parameter {} should have a step, since the algorithm is enas",
                           dimension.name());
  }
  return absl::OkStatus();
}

}  // namespace qalam
