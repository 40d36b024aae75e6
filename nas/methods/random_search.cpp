#include "base/random.h"
#include "nas/methods/candidates.h"

namespace qalam::nas {

namespace {

// Li, Talwalkar, "Random search and reproducibility for neural architecture search", UAI 2019,
// section 3.2: each step trains the weights of one architecture drawn at random; in the end the
// best of many is taken by its accuracy with the shared weights.
class RandomSearch final : public SearchMethod {
 public:
  explicit RandomSearch(const SearchContext& context) : context_(context) {}

  torch::Tensor Step(const SearchStep& step) override {
    return TrainWeights(context_, step.training, ChoiceOf(Draw("training", step.number)));
  }

  // One drawn architecture: the best is looked for only in the end.
  ArchitectureChoice Judged(int64_t epoch) override { return ChoiceOf(Draw("judged", epoch)); }

  Genotype Derive(int64_t epoch) override {
    return BestCandidate(context_, [&](int64_t candidate) { return Draw("candidate", candidate); });
  }

 private:
  Genotype Draw(std::string_view purpose, int64_t number) const {
    RandomStream stream(context_.settings.seed, number, fmt::format("random-ws.{}", purpose));
    return DrawCells(context_.space, stream);
  }

  const SearchContext& context_;
};

}  // namespace

std::unique_ptr<SearchMethod> MakeRandomSearch(const SearchContext& context) {
  return std::make_unique<RandomSearch>(context);
}

}  // namespace qalam::nas
