// What a training must keep to go on as if it had not been interrupted.
#pragma once

#include <torch/torch.h>

#include <string>

#include "base/status.h"
#include "nas/training/train_network.h"

namespace qalam::nas {

struct TrainingProgress {
  int64_t step = 0;       // steps done, over all epochs
  double loss_sum = 0;    // of the steps done in the epoch at hand
  TrainingReport latest;  // of the last whole epoch
};

// Everything that the numbers depend on.
nlohmann::json TrainingIdentity(const TrainingPlan& plan, const DataSet& data);

// Replaces plan.checkpoint's state at once.
Status SaveTraining(const TrainingPlan& plan, const DataSet& data, const TrainingProgress& progress,
                    const ImageNetwork& network, const torch::optim::Optimizer& optimizer);

// Fills in all three; a fresh progress when the folder holds nothing yet. INVALID_ARGUMENT for
// another training's state, DATA_LOSS for a damaged one.
StatusOr<TrainingProgress> ResumeTraining(const TrainingPlan& plan, const DataSet& data,
                                          ImageNetwork& network,
                                          torch::optim::Optimizer& optimizer);

}  // namespace qalam::nas
