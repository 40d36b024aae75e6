#include "base/random.h"
#include "nas/methods/candidates.h"
#include "nas/methods/gradient_method.h"

namespace qalam::nas {

namespace {

// Dong, Yang, "Searching for a robust neural architecture in four GPU hours", CVPR 2019: each step
// computes one operation on each edge, drawn by the Gumbel-max trick; the gradient is that of the
// softmax (eq. 5 to 7).
class Gdas final : public GradientMethod {
 public:
  explicit Gdas(const SearchContext& context) : GradientMethod(context, false) {}

  // The heaviest operations: a mixture is never trained here.
  ArchitectureChoice Judged(int64_t epoch) override {
    return ChoiceOf(DeriveGenotype(context().space, weights()));
  }

  // Of the heaviest operations and of draws by their weights, what the shared weights judge best:
  // each was trained by itself, as an architecture is.
  Genotype Derive(int64_t epoch) override {
    return BestCandidate(context(), [&](int64_t candidate) {
      if (candidate == 0) return DeriveGenotype(context().space, weights());
      RandomStream stream(context().settings.seed, candidate, "gdas.candidate");
      return DrawGenotype(context().space, weights(), stream);
    });
  }

  std::vector<torch::Tensor> ArchitectureVariables() const override { return {}; }

 protected:
  ArchitectureChoice Relax(const SearchStep& step, std::string_view purpose) override {
    const SearchSettings& settings = context().settings;
    const double temperature =
        settings.first_temperature +
        (settings.last_temperature - settings.first_temperature) * step.progress;
    RandomStream stream(settings.seed, step.number, fmt::format("gdas.{}", purpose));
    return {DrawCell(weights().normal, temperature, stream),
            DrawCell(weights().reduction, temperature, stream)};
  }

 private:
  static CellChoice DrawCell(const torch::Tensor& logits, double temperature,
                             RandomStream& stream) {
    if (!logits.defined()) return {};
    const torch::Tensor soft =
        (AddGumbelNoise(logits.log_softmax(1), stream) / temperature).softmax(1);
    const torch::Tensor drawn = soft.detach().argmax(1, true);
    const torch::Tensor hard = torch::zeros_like(soft).detach().scatter_(1, drawn, 1.0);
    CellChoice choice;
    choice.operations = hard - soft.detach() + soft;
    const torch::Tensor indices = drawn.flatten().cpu();
    const auto* index = indices.data_ptr<int64_t>();
    choice.selected.assign(index, index + indices.numel());
    return choice;
  }
};

}  // namespace

std::unique_ptr<SearchMethod> MakeGdas(const SearchContext& context) {
  return std::make_unique<Gdas>(context);
}

}  // namespace qalam::nas
