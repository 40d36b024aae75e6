#include "suggestion/samplers/sobol.h"

#include "suggestion/math/sobol_sequence.h"
#include "suggestion/untried.h"

namespace qalam {

namespace {

class SobolSampler final : public Sampler {
 public:
  explicit SobolSampler(const SamplerContext& context)
      : space_(context.space),
        seed_(context.seed),
        sequence_(static_cast<int>(context.space.size())) {
    RandomStream stream(seed_, 0, "sobol.scramble");
    for (size_t i = 0; i < space_.size(); ++i) scrambles_.push_back(stream());
  }

  void Tell(std::span<const TrialResult> results) override {
    for (const auto& result : results) finished_.Add(result.point);
  }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    TakenPoints taken(finished_, request);
    std::vector<Proposal> proposals;
    for (int i = 0; i < request.count; ++i) {
      const int64_t number = request.first_trial_number + i;
      Point point = PointOf(static_cast<uint64_t>(number));
      // Cells of a finite space are met again long before all are tried.
      if (taken.Contains(point)) {
        RandomStream stream(seed_, number, "sobol.twin");
        point = DrawUntried(space_, taken, stream, [&] { return DrawUniform(space_, stream); });
      }
      taken.Add(point);
      proposals.push_back({number, std::move(point), {}});
    }
    return proposals;
  }

 private:
  Point PointOf(uint64_t index) const {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space_.size()));
    for (size_t i = 0; i < space_.size(); ++i) {
      const uint32_t fraction =
          OwenScramble(sequence_.Coordinate(index, static_cast<int>(i)), scrambles_[i]);
      unit(static_cast<Eigen::Index>(i)) = (fraction + 0.5) * 0x1.0p-32;
    }
    return space_.FromUnit(unit);
  }

  const SearchSpace space_;
  const uint64_t seed_;
  const SobolSequence sequence_;
  std::vector<uint32_t> scrambles_;
  PointSet finished_;
};

}  // namespace

std::unique_ptr<Sampler> MakeSobolSampler(const SamplerContext& context) {
  return std::make_unique<SobolSampler>(context);
}

Status CheckSobol(const SearchSpace& space, const Settings& settings) {
  const int most = SobolSequence::MaxDimensions();
  if (static_cast<int>(space.size()) <= most) return absl::OkStatus();
  return InvalidArgument("the algorithm sobol takes at most {} parameters, not {}", most,
                         space.size());
}

}  // namespace qalam
