// A second classifier inside a deep network, to bring gradients to its first layers in training.
#pragma once

#include <torch/torch.h>

namespace qalam::nas {

// As in DARTS (appendix A.2, after NASNet), but for images of any size: the features are averaged
// over a grid of 2x2, where the published code, made for CIFAR, pools 8x8 by overlapping windows.
class AuxiliaryHeadImpl : public torch::nn::Module {
 public:
  AuxiliaryHeadImpl(int64_t channels, int64_t classes);
  // [batch, channels, height, width] -> [batch, classes]
  torch::Tensor forward(const torch::Tensor& features);

 private:
  torch::nn::Sequential layers_;
  torch::nn::Linear linear_{nullptr};
};
TORCH_MODULE(AuxiliaryHead);

}  // namespace qalam::nas
