#include "suggestion/samplers/darts.h"

namespace qalam {

namespace {

class DartsSampler final : public Sampler {
 public:
  void Tell(std::span<const TrialResult> results) override {}

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      proposals.push_back({request.first_trial_number + i, Point{{0}}, {}});
    }
    return proposals;
  }
};

}  // namespace

std::unique_ptr<Sampler> MakeDartsSampler(const SamplerContext& context) {
  return std::make_unique<DartsSampler>();
}

}  // namespace qalam
