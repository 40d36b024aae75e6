#include "suggestion/samplers/local_search.h"

#include <limits>

#include "suggestion/multi_objective/pareto.h"
#include "suggestion/samplers/climbs.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

// The first trials are random starts. From then on each trial is an untried neighbour of the best
// trial of the best climb that is not finished; a better one is climbed on from at once. Parallel
// trials take different neighbours, and when those are all under way, the next climb goes on. When
// no climb is left, a random point starts another.
class LocalSearchSampler final : public Sampler {
 public:
  explicit LocalSearchSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        constraint_count_(context.constraint_count),
        start_count_(context.settings.Int("n_startup_trials")),
        climbs_(space_) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      finished_.Add(result.point);
      const double loss = Loss(result);
      const bool usable = loss < std::numeric_limits<double>::infinity();
      if (usable && result.number < 0) ++warm_start_count_;
      climbs_.Add(result.point, {TotalViolation(result, constraint_count_), loss, result.number},
                  usable);
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "local-search");
      std::vector<Point> neighbours;
      if (number + warm_start_count_ >= start_count_) neighbours = UntriedNeighbours(taken);
      Point point = neighbours.empty() ? DrawUntried(space_, taken, stream,
                                                     [&] { return DrawUniform(space_, stream); })
                                       : neighbours[stream.UniformInt(neighbours.size())];
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  std::vector<Point> UntriedNeighbours(const TakenPoints& taken) const {
    std::vector<Point> neighbours;
    climbs_.ForEachOpenSummit([&](const Point& summit) {
      neighbours = Neighbours(space_, summit);
      std::erase_if(neighbours, [&](const Point& point) { return taken.Contains(point); });
      return neighbours.empty();
    });
    return neighbours;
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const int constraint_count_;
  const int64_t start_count_;
  PointSet finished_;
  int64_t warm_start_count_ = 0;
  Climbs climbs_;
};

}  // namespace

std::vector<SettingSchema> LocalSearchSettings() {
  return {
      {.name = "n_startup_trials",
       .type = SettingType::kInt,
       .default_value = "10",
       .help = "Random starts; the best of them is climbed on from first.",
       .min = 1},
      RandomStateSetting(),
  };
}

std::unique_ptr<Sampler> MakeLocalSearchSampler(const SamplerContext& context) {
  return std::make_unique<LocalSearchSampler>(context);
}

Status CheckLocalSearch(const SearchSpace& space, const Settings& settings) {
  for (const auto& dimension : space.dimensions()) {
    if (dimension.cardinality() > 0) continue;
    return InvalidArgument("parameter {} should have a step, since the algorithm is local-search",
                           dimension.name());
  }
  return absl::OkStatus();
}

}  // namespace qalam
