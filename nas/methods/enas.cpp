#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "nas/architecture/architecture_controller.h"
#include "nas/methods/candidates.h"

namespace qalam::nas {

namespace {

// How fast the rewards' running mean forgets: Pham et al., published program.
constexpr double kBaselineDecay = 0.95;
// So many that a reward is right to a few hundredths, which is what architectures differ by.
constexpr int64_t kRewardingImages = 128;

// Pham, Guan, Zoph, Le, Dean, "Efficient neural architecture search via parameter sharing", ICML
// 2018, section 2.2: the shared weights learn for an epoch on architectures that the controller
// draws, then the controller learns from what those weights let its architectures judge right.
class Enas final : public SearchMethod {
 public:
  Enas(const SearchContext& context, ArchitectureController controller)
      : context_(context), controller_(std::move(controller)) {}

  torch::Tensor Step(const SearchStep& step) override {
    return TrainWeights(context_, step.training, ChoiceOf(Draw("training", step.number)));
  }

  void EndEpoch(int64_t epoch) override {
    if (epoch < context_.settings.warm_up_epochs) return;
    for (int64_t i = 0; i < context_.settings.controller_steps; ++i) {
      TrainController(epoch * context_.settings.controller_steps + i);
    }
  }

  ArchitectureChoice Judged(int64_t epoch) override { return ChoiceOf(Draw("judged", epoch)); }

  Genotype Derive(int64_t epoch) override {
    return BestCandidate(context_, [&](int64_t candidate) { return Draw("candidate", candidate); });
  }

  void Save(torch::serialize::OutputArchive& archive) const override {
    const std::string bytes = controller_.Save();
    archive.write("controller", torch::from_blob(const_cast<char*>(bytes.data()),
                                                 {static_cast<int64_t>(bytes.size())}, torch::kByte)
                                    .clone());
    archive.write("rewards", torch::tensor({mean_, deviation_, seen_}, torch::kDouble));
  }

  void Load(torch::serialize::InputArchive& archive) override {
    torch::Tensor bytes, rewards;
    archive.read("controller", bytes);
    archive.read("rewards", rewards);
    bytes = bytes.cpu().contiguous();  // the archive gave it to the search's device
    const Status loaded =
        controller_.Load(std::string(static_cast<const char*>(bytes.data_ptr()), bytes.numel()));
    TORCH_CHECK(loaded.ok(), Message(loaded));
    mean_ = rewards[0].item<double>();
    deviation_ = rewards[1].item<double>();
    seen_ = rewards[2].item<double>();
  }

 private:
  std::vector<int> DrawActions(std::string_view purpose, int64_t number) const {
    RandomStream stream(context_.settings.seed, number, fmt::format("enas.{}", purpose));
    return controller_.Sample(stream);
  }

  Genotype Draw(std::string_view purpose, int64_t number) const {
    return DecodeCells(context_.space, DrawActions(purpose, number));
  }

  // `number` counts the controller's steps over all epochs.
  void TrainController(int64_t number) {
    const int64_t samples = context_.settings.controller_samples;
    const Batch batch = context_.judges->Part(number, kRewardingImages);
    std::vector<TriedArchitecture> tried;
    std::vector<double> rewards;
    for (int64_t i = 0; i < samples; ++i) {
      tried.push_back({DrawActions("controller", number * samples + i), 0});
      const Genotype cells = DecodeCells(context_.space, tried.back().actions);
      rewards.push_back(Judge(context_, {batch}, ChoiceOf(cells)).accuracy);
    }
    const double sum = std::accumulate(rewards.begin(), rewards.end(), 0.0);
    for (size_t i = 0; i < tried.size(); ++i) {
      // What the others reached on the same images, so that how hard these are does not count.
      const double baseline =
          samples > 1 ? (sum - rewards[i]) / static_cast<double>(samples - 1) : mean_;
      tried[i].advantage = rewards[i] - baseline;
    }
    for (size_t i = 0; i < tried.size(); ++i) Remember(rewards[i], tried[i].advantage);
    // Rewards become alike as the weights learn; without a scale their differences would not count.
    const double scale = std::max(deviation_, kLeastDeviation);
    for (auto& one : tried) one.advantage /= scale;
    controller_.ReinforceStep(tried);
  }

  // The running mean of rewards and of their distance from the baseline.
  void Remember(double reward, double advantage) {
    // The first rewards count fully, as a mean over few values does.
    const double share = std::max(1 - kBaselineDecay, 1 / (seen_ + 1));
    mean_ += share * (reward - mean_);
    deviation_ += share * (std::abs(advantage) - deviation_);
    ++seen_;
  }

  // Below this, an image or two of a batch, differences are noise.
  static constexpr double kLeastDeviation = 0.01;

  const SearchContext& context_;
  ArchitectureController controller_;
  double mean_ = 0, deviation_ = 0, seen_ = 0;
};

}  // namespace

std::unique_ptr<SearchMethod> MakeEnas(const SearchContext& context) {
  ControllerOptions options;
  options.learning_rate = context.settings.controller_learning_rate;
  auto controller =
      ArchitectureController::Create(ChoiceDecisions(CellChoiceCounts(context.space)), options,
                                     RandomStream(context.settings.seed, 0, "enas.weights"));
  return std::make_unique<Enas>(context, std::move(controller).value());
}

}  // namespace qalam::nas
