#include "nas/training/learning_rate.h"

#include <cmath>
#include <numbers>

namespace qalam::nas {

double CosineRate(double first, double last, double share) {
  return last + (first - last) * (1 + std::cos(std::numbers::pi * share)) / 2;
}

void SetLearningRate(torch::optim::SGD& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) {
    static_cast<torch::optim::SGDOptions&>(group.options()).lr(rate);
  }
}

}  // namespace qalam::nas
