// How large a step of the optimiser is.
#pragma once

#include <torch/torch.h>

namespace qalam::nas {

// Falls by half a cosine from `first` to `last` as `share`, of the training that is over, goes from
// 0 to 1: Loshchilov, Hutter, "SGDR", ICLR 2017, eq. 5, without restarts.
double CosineRate(double first, double last, double share);

void SetLearningRate(torch::optim::SGD& optimizer, double rate);

}  // namespace qalam::nas
