#include "suggestion/samplers/automatic.h"

#include <algorithm>

#include "suggestion/algorithm_choice.h"
#include "suggestion/history.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

constexpr char kAlgorithmLabel[] = "algorithm";

// The points that keep the constraints; 0 when they are too many to count, or infinitely many.
uint64_t CountPoints(const SearchSpace& space) {
  // To be looked at one by one, in a few milliseconds; nobody tries as many by trials.
  constexpr uint64_t kMostCounted = 1 << 14;
  const uint64_t all = space.cardinality();
  if (all == 0 || all > kMostCounted) return 0;
  uint64_t count = 0;
  Point point;
  for (uint64_t index = 0; index < all; ++index) {
    if (PointAt(space, index, point) && space.IsFeasible(point)) ++count;
  }
  return count;
}

class AutomaticSampler final : public Sampler {
 public:
  AutomaticSampler(std::string algorithm, std::unique_ptr<Sampler> sampler,
                   const SearchSpace& space)
      : algorithm_(std::move(algorithm)),
        sampler_(std::move(sampler)),
        space_(space),
        points_(CountPoints(space)) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) {
      // Results from elsewhere may break the constraints.
      if (points_ > 0 && space_.IsFeasible(result.point)) finished_.Add(result.point);
    }
    sampler_->Tell(results);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    SampleRequest possible = request;
    if (points_ > 0) {
      const uint64_t left = points_ - std::min(points_, Taken(request));
      possible.count = static_cast<int>(std::min<uint64_t>(left, possible.count));
    }
    if (possible.count == 0) return std::vector<Proposal>{};
    ASSIGN_OR_RETURN(auto proposals, sampler_->Suggest(possible));
    for (auto& proposal : proposals) proposal.labels[kAlgorithmLabel] = algorithm_;
    return proposals;
  }

 private:
  uint64_t Taken(const SampleRequest& request) const {
    PointSet pending;
    for (const auto& one : request.pending) {
      if (!finished_.Contains(one.point)) pending.Add(one.point);
    }
    return finished_.size() + pending.size();
  }

  const std::string algorithm_;
  const std::unique_ptr<Sampler> sampler_;
  const SearchSpace space_;
  const uint64_t points_;  // 0: without end
  PointSet finished_;      // kept where there is an end
};

}  // namespace

std::unique_ptr<Sampler> MakeAutomaticSampler(const SamplerContext& context) {
  const auto choice = ChooseAlgorithm(context.space, context.max_trial_count,
                                      context.parallel_trial_count, context.objective_count);
  const AlgorithmEntry* entry = FindAlgorithm(choice.algorithm);
  std::vector<Setting> given;
  // A long search has time to begin again where one has settled.
  if (choice.algorithm == "cmaes") given.push_back({"restart_strategy", "bipop"});
  Settings settings;
  Settings::Parse(entry->name, entry->settings, given, &settings);
  const SamplerContext chosen = context.With(context.space, settings);
  return std::make_unique<AutomaticSampler>(choice.algorithm, entry->create(chosen), context.space);
}

}  // namespace qalam
