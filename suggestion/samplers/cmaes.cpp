#include "suggestion/samplers/cmaes.h"

#include <charconv>
#include <cmath>

#include "suggestion/evolution_strategy/evolution_chain.h"
#include "suggestion/multi_objective/pareto.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

constexpr char kRestartLabel[] = "restart";
constexpr char kGenerationLabel[] = "generation";
// Which draw of its number a proposal is; absent for the first.
constexpr char kDrawLabel[] = "draw";

// Draws that keep meeting taken points: the first few as they come, then ever wider around the
// mean, so that a search that has settled in a finite space goes on with what is near.
constexpr int kPlainDraws = 8;
constexpr int kWidenedDraws = 24;

// A whole number from 0; none when the label is missing or says something else.
std::optional<int> ReadLabel(const std::map<std::string, std::string>& labels, const char* name) {
  const auto label = labels.find(name);
  if (label == labels.end()) return std::nullopt;
  const std::string& text = label->second;
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

EvolutionOptions ReadOptions(const SamplerContext& context, const LatentSpace& space) {
  EvolutionOptions options;
  const Settings& settings = context.settings;
  const size_t dimensions = space.numbers().size() + space.categories().size();
  options.population = settings.Has("population_size")
                           ? static_cast<int>(settings.Int("population_size"))
                           : DefaultPopulation(std::max(1, static_cast<int>(dimensions)));
  options.step_size = settings.Double("sigma");
  const std::string& restarts = settings.String("restart_strategy");
  options.restarts = restarts == "ipop"    ? RestartStrategy::kIpop
                     : restarts == "bipop" ? RestartStrategy::kBipop
                                           : RestartStrategy::kNone;
  options.seed = context.seed;
  return options;
}

class CmaesSampler final : public Sampler {
 public:
  explicit CmaesSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        constraint_count_(context.constraint_count),
        latent_(space_),
        chain_(latent_, ReadOptions(context, latent_)) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      if (!IsInformative(result)) continue;
      Member member{.number = result.number,
                    .loss = Loss(result),
                    .violation = TotalViolation(result, constraint_count_),
                    .latent = latent_.Encode(result.point)};
      if (result.number < 0) {
        chain_.AddEarlier(std::move(member));
        continue;
      }
      const auto restart = ReadLabel(result.labels, kRestartLabel);
      const auto generation = ReadLabel(result.labels, kGenerationLabel);
      std::optional<GenerationKey> key;
      if (restart && generation) key = GenerationKey{*restart, *generation};
      const auto draw = ReadLabel(result.labels, kDrawLabel);
      if (draw && *draw < kPlainDraws + kWidenedDraws) member.draw = *draw;
      if (latent_.IsLossy(member.latent)) member.point = result.point;
      chain_.Add(std::move(member), key);
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    const SearchState& state = chain_.Current();
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      Proposal proposal = Propose(state, request.first_trial_number + i, taken);
      taken.Add(proposal.point);
      proposals.push_back(std::move(proposal));
    }
    return proposals;
  }

 private:
  Proposal Propose(const SearchState& state, int64_t number, const TakenPoints& taken) const {
    Proposal proposal{.trial_number = number,
                      .labels = {{kRestartLabel, std::to_string(state.key.restart)},
                                 {kGenerationLabel, std::to_string(state.key.generation)}}};
    for (int draw = 0; draw < kPlainDraws + kWidenedDraws; ++draw) {
      LatentPoint latent = chain_.Draw(state, number, draw);
      if (draw >= kPlainDraws) {
        constexpr double kGrowth = 1.3;  // 24 times: from nothing to see to the whole cube
        latent.numbers = state.numbers.mean + std::pow(kGrowth, draw - kPlainDraws + 1) *
                                                  (latent.numbers - state.numbers.mean);
      }
      proposal.point = latent_.Decode(latent);
      if (taken.Contains(proposal.point)) continue;
      if (draw > 0) proposal.labels[kDrawLabel] = std::to_string(draw);
      return proposal;
    }
    RandomStream stream(seed_, number, "cmaes.untried");
    proposal.point =
        DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
    return proposal;
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int constraint_count_;
  const LatentSpace latent_;
  // Brought up to date when asked; a function of the told set, so Suggest stays pure.
  mutable EvolutionChain chain_;
  PointSet finished_;
};

}  // namespace

std::unique_ptr<Sampler> MakeCmaesSampler(const SamplerContext& context) {
  return std::make_unique<CmaesSampler>(context);
}

std::vector<SettingSchema> CmaesSettings() {
  return {
      {.name = "sigma",
       .type = SettingType::kDouble,
       .default_value = "0.1667",
       .help = "Initial standard deviation, each parameter's range being 1.",
       .min = 0,
       .max = 1,
       .min_exclusive = true},
      {.name = "restart_strategy",
       .type = SettingType::kChoice,
       .default_value = "none",
       .help = "What follows a run that has converged: nothing, runs with a doubled population "
               "(ipop), or these in turn with short ones (bipop).",
       .choices = {"none", "ipop", "bipop"}},
      {.name = "population_size",
       .type = SettingType::kInt,
       .help = "Trials per generation. By default 4 + 3 ln(number of parameters).",
       .min = 2,
       .max = 10000},
      RandomStateSetting(),
  };
}

}  // namespace qalam
