#include "suggestion/constrained_sampler.h"

#include "suggestion/untried.h"

namespace qalam {

namespace {

class ConstrainedSampler final : public Sampler {
 public:
  ConstrainedSampler(std::unique_ptr<Sampler> sampler, const SearchSpace& space)
      : sampler_(std::move(sampler)), space_(space) {}

  void Tell(std::span<const TrialResult> results) override { sampler_->Tell(results); }

  StatusOr<std::vector<Proposal>> Suggest(const SampleRequest& request) const override {
    SampleRequest constrained = request;
    constrained.constrained_space = &space_;
    ASSIGN_OR_RETURN(auto proposals, sampler_->Suggest(constrained));
    for (const auto& proposal : proposals) {
      const Constraint* broken = space_.FirstBroken(proposal.point);
      if (broken == nullptr) continue;
      return InvalidArgument(
          "no point that keeps the constraint \"{}\" was found in {} draws; loosen it or narrow "
          "the "
          "parameters",
          broken->text(), kMostFeasibleDraws);
    }
    return proposals;
  }

 private:
  const std::unique_ptr<Sampler> sampler_;
  const SearchSpace space_;
};

}  // namespace

std::unique_ptr<Sampler> Constrained(std::unique_ptr<Sampler> sampler, const SearchSpace& space) {
  if (space.constraints().empty()) return sampler;
  return std::make_unique<ConstrainedSampler>(std::move(sampler), space);
}

}  // namespace qalam
