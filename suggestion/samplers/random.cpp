#include "suggestion/samplers/random.h"

#include "suggestion/untried.h"

namespace qalam {

namespace {

class RandomSampler final : public Sampler {
 public:
  explicit RandomSampler(const SamplerContext& context)
      : space_(context.space), seed_(context.seed) {}

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) finished_.Add(result.point);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      RandomStream stream(seed_, number, "random");
      Point point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  const SearchSpace space_;
  const uint64_t seed_;
  PointSet finished_;
};

}  // namespace

std::unique_ptr<Sampler> MakeRandomSampler(const SamplerContext& context) {
  return std::make_unique<RandomSampler>(context);
}

}  // namespace qalam
