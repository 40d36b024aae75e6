#include "nas/training/train_network.h"

namespace qalam::nas {

namespace {

// Longer or wider than any published training.
constexpr double kMostTrainingEpochs = 100000;
constexpr double kMostTrainingBatch = 65536;

Status CheckWithin(const char* name, double value, double least, double most) {
  if (value >= least && value <= most) return {};
  return InvalidArgument("{} should be {} to {}, not {}", name, least, most, value);
}

}  // namespace

Status CheckTrainingSettings(const TrainingSettings& settings) {
  RETURN_IF_ERROR(CheckWithin("the number of epochs", static_cast<double>(settings.epochs), 1,
                              kMostTrainingEpochs));
  RETURN_IF_ERROR(CheckWithin("the batch size", static_cast<double>(settings.batch_size), 2,
                              kMostTrainingBatch));
  RETURN_IF_ERROR(CheckWithin("the learning rate", settings.learning_rate, 1e-9, 1e3));
  RETURN_IF_ERROR(CheckWithin("the momentum", settings.momentum, 1e-9, 0.9999));
  RETURN_IF_ERROR(CheckWithin("the weight decay", settings.weight_decay, 0, 1));
  RETURN_IF_ERROR(CheckWithin("the gradient's limit", settings.gradient_clip, 0, 1e9));
  RETURN_IF_ERROR(CheckWithin("label smoothing", settings.label_smoothing, 0, 0.9));
  RETURN_IF_ERROR(CheckWithin("the chance to drop a path", settings.drop_path, 0, 0.9));
  return CheckWithin("the auxiliary head's weight", settings.auxiliary_weight, 0, 10);
}

}  // namespace qalam::nas
