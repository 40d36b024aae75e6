#include "suggestion/samplers/nsga2.h"

#include <algorithm>
#include <limits>

#include "suggestion/samplers/genetic_variation.h"
#include "suggestion/samplers/nsga2_population.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

bool IsWorst(double objective) { return objective == std::numeric_limits<double>::infinity(); }

class Nsga2Sampler final : public Sampler {
 public:
  explicit Nsga2Sampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        objective_count_(context.objective_count),
        constraint_count_(context.constraint_count),
        population_size_(context.settings.Int("population_size")),
        population_(static_cast<size_t>(population_size_)) {
    variation_.crossover_probability = context.settings.Double("crossover_probability");
    variation_.crossover_index = context.settings.Double("crossover_index");
    variation_.mutation_index = context.settings.Double("mutation_index");
    if (context.settings.Has("mutation_probability")) {
      variation_.mutation_probability = context.settings.Double("mutation_probability");
    }
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      ObjectiveVector objectives = RankedObjectives(result, objective_count_);
      // Failures and the like leave no descendants.
      if (std::all_of(objectives.begin(), objectives.end(), IsWorst)) continue;
      if (result.number < 0) ++warm_start_count_;
      population_.Add({.number = result.number,
                       .genes = EncodeGenes(space_, result.point),
                       .objectives = std::move(objectives),
                       .violation = TotalViolation(result, constraint_count_)});
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    const auto& parents = population_.Survivors();
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "nsga2");
      const bool founder = parents.empty() || number + warm_start_count_ < population_size_;
      Point point = founder ? DrawUniform(space_, stream) : DrawChild(parents, taken, stream);
      if (taken.Contains(point)) {
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  Point DrawChild(const std::vector<RankedIndividual>& parents, const TakenPoints& taken,
                  RandomStream& stream) const {
    // Near a settled population most children of a small space are twins.
    constexpr int kDraws = 16;
    Point child;
    for (int i = 0; i < kDraws; ++i) {
      const Individual& a = Tournament(parents, stream);
      const Individual& b = Tournament(parents, stream);
      child = MakeChild(space_, a.genes, b.genes, variation_, stream);
      if (!taken.Contains(child)) break;
    }
    return child;
  }

  static const Individual& Tournament(const std::vector<RankedIndividual>& parents,
                                      RandomStream& stream) {
    const RankedIndividual& a = parents[stream.UniformInt(parents.size())];
    const RankedIndividual& b = parents[stream.UniformInt(parents.size())];
    return b.Beats(a) ? *b.individual : *a.individual;
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int objective_count_;
  const int constraint_count_;
  const int64_t population_size_;
  VariationOptions variation_;
  PointSet finished_;
  int64_t warm_start_count_ = 0;
  // Selection is put off until it is asked for; when does not change what it finds.
  mutable Nsga2Population population_;
};

SettingSchema DistributionIndex(const std::string& name, const std::string& default_value,
                                const std::string& of) {
  return {.name = name,
          .type = SettingType::kDouble,
          .default_value = default_value,
          .help = "Distribution index of " + of + ": the larger, the smaller the changes.",
          .min = 0,
          .max = 1000};
}

}  // namespace

std::vector<SettingSchema> Nsga2Settings() {
  return {
      {.name = "population_size",
       .type = SettingType::kInt,
       .default_value = "50",
       .help = "How many of the best trials breed; as many random trials come first.",
       .min = 2,
       .max = 10000},
      {.name = "crossover_probability",
       .type = SettingType::kDouble,
       .default_value = "0.9",
       .help = "Part of the children that have two parents.",
       .min = 0,
       .max = 1,
       .aliases = {"crossover_prob"}},
      {.name = "mutation_probability",
       .type = SettingType::kDouble,
       .help = "Of each parameter of a child. By default one parameter changes on average.",
       .min = 0,
       .max = 1,
       .aliases = {"mutation_prob"}},
      DistributionIndex("crossover_index", "20", "crossover"),
      DistributionIndex("mutation_index", "20", "mutation"),
      RandomStateSetting(),
  };
}

std::unique_ptr<Sampler> MakeNsga2Sampler(const SamplerContext& context) {
  return std::make_unique<Nsga2Sampler>(context);
}

}  // namespace qalam
