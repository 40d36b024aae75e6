// What a search by shared weights can be told.
#pragma once

#include <cstdint>
#include <string>

#include "base/status.h"
#include "nas/data/augmentation.h"
#include "nas/networks/network_plan.h"

namespace qalam::nas {

// The values here make a search on the 8x8 digits take a minute or two on two cores; the papers'
// own, where they differ, are for fifty epochs of CIFAR-10.
struct SearchSettings {
  uint64_t seed = 1;
  int64_t epochs = 0;      // 0: as many as the method needs there (MethodRow)
  int64_t batch_size = 0;  // 0: as the method needs it there
  // A stem_multiplier of 0 stands for 3 where cells have two inputs, as DARTS has it, else 1.
  NetworkShape network{.cells = 5, .initial_channels = 8, .stem_multiplier = 0};

  // The network's weights: descent with momentum whose rate falls by a cosine from the first to the
  // last epoch (DARTS, appendix A.1).
  double learning_rate = 0;           // 0: as the method needs it there
  double minimum_learning_rate = -1;  // -1: 0.001, or the learning rate where that is less
  double momentum = 0.9;
  double weight_decay = 3e-4;
  double gradient_clip = 5;  // largest norm of the gradient; 0: no limit
  // Of the images that train the network's weights; those that judge architectures stay as they
  // are.
  Augmentation augmentation;

  // The architecture's weights, by Adam with decays 0.5 and 0.999 (DARTS, appendix A.1). The
  // paper's 3e-4 would not move them in the few hundred steps of a search this short.
  double architecture_learning_rate = 6e-3;
  double architecture_weight_decay = 1e-3;
  // Epochs at the start in which only the network's weights learn (PC-DARTS, section 4.2: 15 of
  // 50). -1: as the method needs it (MethodRow).
  int64_t warm_up_epochs = -1;

  int64_t partial_channels = 4;   // PC-DARTS' K, section 4.2
  double first_temperature = 10;  // GDAS: falls linearly to the last over the epochs
  double last_temperature = 0.1;

  int64_t candidates = 50;         // architectures judged at the end: enas, random-ws
  int64_t controller_steps = 15;   // enas: updates of the controller an epoch
  int64_t controller_samples = 5;  // enas: architectures an update
  double controller_learning_rate = 5e-3;

  // Guards against collapse; 0 switches each off.
  // More skip connections than this in the derived normal cell stop the search (Liang et al.,
  // "DARTS+", 2019, section 3.2).
  int64_t most_skips = 0;
  // The dominant eigenvalue of the Hessian of the validation loss by the architecture's weights may
  // grow to 1 / this of what it was five epochs before: Zela et al., "Understanding and
  // robustifying differentiable architecture search", ICLR 2020, section 4.2, who take 0.75.
  double eigenvalue_ratio = 0;
};

// INVALID_ARGUMENT, with the range that is allowed, for the first value out of bounds.
Status CheckSearchSettings(const SearchSettings& settings);

}  // namespace qalam::nas
