// Halves height and width without throwing pixels away.
#pragma once

#include <torch/torch.h>

namespace qalam::nas {

// Two pointwise convolutions of every other pixel, the second shifted by a pixel, each for half of
// the channels: DARTS, the skip connection of reduction cells. Odd sizes are rounded up.
class FactorizedReductionImpl : public torch::nn::Module {
 public:
  FactorizedReductionImpl(int64_t input_channels, int64_t output_channels, bool affine);
  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Conv2d even_{nullptr}, odd_{nullptr};
  torch::nn::BatchNorm2d normalization_{nullptr};
};
TORCH_MODULE(FactorizedReduction);

}  // namespace qalam::nas
