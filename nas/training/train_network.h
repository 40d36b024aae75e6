// Trains one network from scratch, or from where it was interrupted.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "base/status.h"
#include "nas/data/augmentation.h"
#include "nas/data/image_set.h"
#include "nas/networks/image_network.h"

namespace qalam::nas {

// The defaults train on the 8x8 digits in about half a minute on two cores. DARTS' own for CIFAR-10
// (appendix A.2): 600 epochs of 96 images, rate 0.025, drop_path 0.2, auxiliary_weight 0.4,
// padding 4, flip, cutout 16.
struct TrainingSettings {
  uint64_t seed = 1;
  int64_t epochs = 20;
  int64_t batch_size = 64;
  // Descent with Nesterov's momentum; the rate falls by half a cosine, step by step, to 0.
  double learning_rate = 0.05;
  double momentum = 0.9;
  double weight_decay = 3e-4;
  double gradient_clip = 5;     // the gradient's largest norm; 0: no limit
  double label_smoothing = 0;   // probability spread over all classes
  double drop_path = 0;         // reached at the last epoch, rising linearly from 0
  double auxiliary_weight = 0;  // of the auxiliary head's loss
  Augmentation augmentation;
};

// INVALID_ARGUMENT, naming the setting, when one is out of its range.
Status CheckTrainingSettings(const TrainingSettings& settings);

struct TrainingReport {
  int64_t epoch = 0;               // counted from 1
  double training_loss = 0;        // mean over the epoch's steps, of what was minimised
  double validation_accuracy = 0;  // in [0, 1]
};

struct TrainingPlan {
  TrainingSettings settings;
  nlohmann::json network;  // an object that says what is trained; another's checkpoint is refused
  torch::Device device = torch::kCPU;
  // A folder: what it holds is resumed; the state replaces it after each epoch, and also every
  // `checkpoint_steps` steps where that is above 0. Empty: none.
  std::string checkpoint;
  int64_t checkpoint_steps = 0;

  int64_t report_every = 10;  // steps
  std::function<void(int64_t step, double loss)> on_step = [](int64_t, double) {};
  std::function<void(const TrainingReport&)> on_epoch = [](const TrainingReport&) {};
};

// Leaves the network on the plan's device, and returns the last epoch's report. Sets libtorch's
// seed. Numbers depend on the plan, the data and the number of threads, not on interruptions.
// INVALID_ARGUMENT for an unsound plan or another's checkpoint, DATA_LOSS for a damaged one,
// OUT_OF_RANGE when the loss is no number any more.
StatusOr<TrainingReport> TrainNetwork(ImageNetwork& network, const DataSet& data,
                                      const TrainingPlan& plan);

// Restores the weights alone from what TrainNetwork left in the folder `checkpoint` when its plan
// had this `network`; errors as above, NOT_FOUND when there is nothing.
Status LoadTrainedWeights(ImageNetwork& network, const std::string& checkpoint,
                          const nlohmann::json& description);

// The share of the images that are classified rightly. The network is left out of training mode.
double ValidationAccuracy(ImageNetwork& network, const ImageSet& images,
                          const Normalization& normalization, torch::Device device);

}  // namespace qalam::nas
