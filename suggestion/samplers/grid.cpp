#include "suggestion/samplers/grid.h"

#include "suggestion/untried.h"

namespace qalam {

namespace {

class GridSampler final : public Sampler {
 public:
  explicit GridSampler(const SamplerContext& context) : space_(context.space) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) finished_.Add(result.point);
    // Points before the frontier are finished for good and never looked at again.
    Point point;
    uint64_t steps = 0;
    while (frontier_ < space_.cardinality() && steps++ < kMostSteps &&
           (!PointAt(space_, frontier_, point) || finished_.Contains(point) ||
            !space_.IsFeasible(point))) {
      ++frontier_;
    }
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    uint64_t steps = 0;
    for (uint64_t index = frontier_;
         index < space_.cardinality() && static_cast<int>(proposals.size()) < request.count;
         ++index) {
      if (++steps > kMostSteps && proposals.empty()) {
        return InvalidArgument("the next {} points of the grid all break the constraints",
                               kMostSteps);
      }
      Point point;
      if (!PointAt(space_, index, point) || taken.Contains(point)) continue;
      taken.Add(point);
      const auto number = request.first_trial_number + static_cast<int64_t>(proposals.size());
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  const SearchSpace space_;
  PointSet finished_;
  uint64_t frontier_ = 0;
};

}  // namespace

std::unique_ptr<Sampler> MakeGridSampler(const SamplerContext& context) {
  return std::make_unique<GridSampler>(context);
}

Status CheckGrid(const SearchSpace& space, const Settings& settings) {
  for (const auto& dimension : space.dimensions()) {
    if (dimension.cardinality() == 0) {
      return InvalidArgument("parameter {} should have a step, since the algorithm is grid",
                             dimension.name());
    }
  }
  return absl::OkStatus();
}

}  // namespace qalam
