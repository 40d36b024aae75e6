#include "suggestion/samplers/evolution.h"

#include <algorithm>
#include <deque>
#include <limits>

#include "suggestion/multi_objective/pareto.h"
#include "suggestion/samplers/genetic_variation.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// The population are the trials of the highest numbers that gave a result; being so defined, it
// does not depend on the order in which they ended.
class EvolutionSampler final : public Sampler {
 public:
  explicit EvolutionSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        constraint_count_(context.constraint_count),
        population_size_(static_cast<size_t>(context.settings.Int("population_size"))),
        tournament_size_(static_cast<int>(context.settings.Int("tournament_size"))),
        founder_count_(context.settings.Int("n_startup_trials")) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      const double loss = Loss(result);
      if (loss == std::numeric_limits<double>::infinity()) continue;  // leaves no descendants
      if (result.number < 0) ++warm_start_count_;
      Member member{result.number, TotalViolation(result, constraint_count_), loss, result.point};
      const auto place =
          std::upper_bound(population_.begin(), population_.end(), member,
                           [](const Member& a, const Member& b) { return a.number < b.number; });
      population_.insert(place, std::move(member));
      if (population_.size() > population_size_) population_.pop_front();
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "evolution");
      const bool founder = population_.empty() || number + warm_start_count_ < founder_count_;
      Point point = founder ? DrawUniform(space_, stream) : DrawChild(taken, stream);
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  struct Member {
    int64_t number = 0;
    double violation = 0;
    double loss = 0;
    Point point;

    bool Beats(const Member& other) const {
      return violation != other.violation ? violation < other.violation : loss < other.loss;
    }
  };

  Point DrawChild(const TakenPoints& taken, RandomStream& stream) const {
    // Near a settled population most children of a small space are twins.
    constexpr int kDraws = 32;
    Point child;
    for (int i = 0; i < kDraws; ++i) {
      const Member* parent = &population_[stream.UniformInt(population_.size())];
      for (int rival = 1; rival < tournament_size_; ++rival) {
        const Member& drawn = population_[stream.UniformInt(population_.size())];
        if (drawn.Beats(*parent)) parent = &drawn;
      }
      child = MutateOneParameter(space_, parent->point, stream);
      if (!taken.Contains(child)) break;
    }
    return child;
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int constraint_count_;
  const size_t population_size_;
  const int tournament_size_;
  const int64_t founder_count_;
  PointSet finished_;
  int64_t warm_start_count_ = 0;
  std::deque<Member> population_;  // by number
};

}  // namespace

std::vector<SettingSchema> EvolutionSettings() {
  return {
      {.name = "population_size",
       .type = SettingType::kInt,
       .default_value = "50",
       .help = "How many of the latest trials live; the oldest dies when another is born.",
       .min = 2,
       .max = 100000},
      {.name = "tournament_size",
       .type = SettingType::kInt,
       .default_value = "25",
       .help = "The parent is the best of this many drawn from the population.",
       .min = 1,
       .max = 100000,
       .aliases = {"sample_size"}},
      {.name = "n_startup_trials",
       .type = SettingType::kInt,
       .default_value = "10",
       .help = "Random trials that found the population.",
       .min = 1},
      RandomStateSetting(),
  };
}

std::unique_ptr<Sampler> MakeEvolutionSampler(const SamplerContext& context) {
  return std::make_unique<EvolutionSampler>(context);
}

}  // namespace qalam
