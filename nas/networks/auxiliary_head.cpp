#include "nas/networks/auxiliary_head.h"

#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

AuxiliaryHeadImpl::AuxiliaryHeadImpl(int64_t channels, int64_t classes) {
  constexpr int64_t kGrid = 2;
  constexpr int64_t kNarrow = 128, kWide = 768;  // DARTS' and NASNet's widths
  const auto convolution = [](int64_t from, int64_t to, int64_t kernel) {
    return torch::nn::Conv2d(torch::nn::Conv2dOptions(from, to, kernel).bias(false));
  };
  layers_ = torch::nn::Sequential(
      torch::nn::ReLU(), torch::nn::AdaptiveAvgPool2d(kGrid), convolution(channels, kNarrow, 1),
      MakeNormalization(kNarrow, true), torch::nn::ReLU(), convolution(kNarrow, kWide, kGrid),
      MakeNormalization(kWide, true), torch::nn::ReLU());
  register_module("layers", layers_);
  linear_ = register_module("linear", torch::nn::Linear(kWide, classes));
}

torch::Tensor AuxiliaryHeadImpl::forward(const torch::Tensor& features) {
  return linear_(layers_->forward(features).flatten(1));
}

}  // namespace qalam::nas
