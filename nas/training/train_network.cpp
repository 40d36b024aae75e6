#include "nas/training/train_network.h"

#include <cmath>

#include "base/random.h"
#include "nas/training/batches.h"
#include "nas/training/learning_rate.h"
#include "nas/training/training_state.h"

namespace qalam::nas {

namespace {

// Large enough to be quick, small enough for any memory.
constexpr int64_t kValidationBatch = 256;

class NetworkTraining {
 public:
  NetworkTraining(ImageNetwork& network, const DataSet& data, const TrainingPlan& plan)
      : network_(network),
        data_(data),
        plan_(plan),
        settings_(plan.settings),
        normalization_(Normalization::Of(data.training)),
        batches_(data.training, normalization_, settings_.batch_size, plan.device),
        optimizer_(network.parameters(), torch::optim::SGDOptions(settings_.learning_rate)
                                             .momentum(settings_.momentum)
                                             .weight_decay(settings_.weight_decay)
                                             .nesterov(true)) {}

  StatusOr<TrainingReport> Run();

 private:
  Status RunEpoch(int64_t epoch);
  double Step(const AugmentationPlan& augmentation, int64_t index);
  void SlowDown();

  ImageNetwork& network_;
  const DataSet& data_;
  const TrainingPlan& plan_;
  const TrainingSettings& settings_;
  const Normalization normalization_;
  Batches batches_;
  torch::optim::SGD optimizer_;
  TrainingProgress progress_;
};

StatusOr<TrainingReport> NetworkTraining::Run() {
  if (!plan_.checkpoint.empty()) {
    ASSIGN_OR_RETURN(progress_, ResumeTraining(plan_, data_, network_, optimizer_));
  }
  while (progress_.step < settings_.epochs * batches_.count()) {
    RETURN_IF_ERROR(RunEpoch(progress_.step / batches_.count()));
  }
  network_.eval();
  return progress_.latest;
}

// From where the last one stopped.
Status NetworkTraining::RunEpoch(int64_t epoch) {
  const int64_t count = batches_.count();
  network_.train();
  network_.SetDropPath(settings_.drop_path * static_cast<double>(epoch + 1) /
                       static_cast<double>(settings_.epochs));
  batches_.Shuffle(settings_.seed, epoch);
  const auto& images = data_.training.images;
  const AugmentationPlan augmentation(settings_.augmentation, images.size(0), images.size(2),
                                      images.size(3), settings_.seed, epoch);
  for (int64_t index = progress_.step % count; index < count; ++index) {
    const double loss = Step(augmentation, index);
    if (!std::isfinite(loss)) {
      return OutOfRange(
          "the loss is no finite number any more at step {}; a smaller learning rate may help",
          progress_.step);
    }
    progress_.loss_sum += loss;
    ++progress_.step;
    if (progress_.step % plan_.report_every == 0) plan_.on_step(progress_.step, loss);
    const bool due = plan_.checkpoint_steps > 0 && progress_.step % plan_.checkpoint_steps == 0;
    if (due && index + 1 < count && !plan_.checkpoint.empty()) {
      RETURN_IF_ERROR(SaveTraining(plan_, data_, progress_, network_, optimizer_));
    }
  }
  progress_.latest = {epoch + 1, progress_.loss_sum / static_cast<double>(count),
                      ValidationAccuracy(network_, data_.validation, normalization_, plan_.device)};
  progress_.loss_sum = 0;
  // Kept before it is told, so that no epoch is told of twice with different numbers.
  if (!plan_.checkpoint.empty()) {
    RETURN_IF_ERROR(SaveTraining(plan_, data_, progress_, network_, optimizer_));
  }
  plan_.on_epoch(progress_.latest);
  return {};
}

double NetworkTraining::Step(const AugmentationPlan& augmentation, int64_t index) {
  // So that dropped paths do not depend on what was drawn before an interruption.
  torch::manual_seed(RandomStream(settings_.seed, progress_.step, "nas.training-step").Next64());
  SlowDown();
  const Batch batch = batches_.Get(index);
  const NetworkOutput output =
      network_.Forward(augmentation.Apply(batch.images, index * settings_.batch_size));
  const auto loss_options =
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(settings_.label_smoothing);
  torch::Tensor loss =
      torch::nn::functional::cross_entropy(output.logits, batch.labels, loss_options);
  if (output.auxiliary.defined()) {
    loss = loss + settings_.auxiliary_weight * torch::nn::functional::cross_entropy(
                                                   output.auxiliary, batch.labels, loss_options);
  }
  optimizer_.zero_grad();
  loss.backward();
  if (settings_.gradient_clip > 0) {
    torch::nn::utils::clip_grad_norm_(network_.parameters(), settings_.gradient_clip);
  }
  optimizer_.step();
  return loss.item<double>();
}

void NetworkTraining::SlowDown() {
  const double part = static_cast<double>(progress_.step) /
                      static_cast<double>(settings_.epochs * batches_.count());
  SetLearningRate(optimizer_, CosineRate(settings_.learning_rate, 0, part));
}

}  // namespace

StatusOr<TrainingReport> TrainNetwork(ImageNetwork& network, const DataSet& data,
                                      const TrainingPlan& plan) {
  RETURN_IF_ERROR(CheckTrainingSettings(plan.settings));
  const auto& images = data.training.images;
  RETURN_IF_ERROR(CheckAugmentation(plan.settings.augmentation, images.size(2), images.size(3)));
  if (data.training.size() < 2) return InvalidArgument("{}: one image trains nothing", data.name);
  network.to(plan.device);
  return NetworkTraining(network, data, plan).Run();
}

double ValidationAccuracy(ImageNetwork& network, const ImageSet& images,
                          const Normalization& normalization, torch::Device device) {
  const torch::NoGradGuard no_gradients;
  network.eval();
  int64_t right = 0;
  for (int64_t begin = 0; begin < images.size(); begin += kValidationBatch) {
    const torch::Tensor part = images.images.slice(0, begin, begin + kValidationBatch);
    const torch::Tensor labels = images.labels.slice(0, begin, begin + kValidationBatch);
    const torch::Tensor logits = network.Forward(normalization.Apply(part).to(device)).logits;
    right += logits.argmax(1).cpu().eq(labels).sum().item<int64_t>();
  }
  return static_cast<double>(right) / static_cast<double>(images.size());
}

}  // namespace qalam::nas
