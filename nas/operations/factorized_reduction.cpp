#include "nas/operations/factorized_reduction.h"

#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

namespace {

torch::nn::Conv2d MakeHalf(int64_t input_channels, int64_t output_channels) {
  return torch::nn::Conv2d(
      torch::nn::Conv2dOptions(input_channels, output_channels, 1).bias(false));
}

// See AppendSubsampling for why the convolution has no stride instead.
torch::Tensor EveryOtherPixel(const torch::Tensor& input) {
  return input.slice(2, 0, c10::nullopt, 2).slice(3, 0, c10::nullopt, 2);
}

}  // namespace

FactorizedReductionImpl::FactorizedReductionImpl(int64_t input_channels, int64_t output_channels,
                                                 bool affine)
    : even_(
          register_module("even", MakeHalf(input_channels, output_channels - output_channels / 2))),
      normalization_(register_module("normalization", MakeNormalization(output_channels, affine))) {
  // One channel cannot be halved.
  if (output_channels > 1) {
    odd_ = register_module("odd", MakeHalf(input_channels, output_channels / 2));
  }
}

torch::Tensor FactorizedReductionImpl::forward(const torch::Tensor& input) {
  const torch::Tensor positive = torch::relu(input);
  const torch::Tensor even = even_(EveryOtherPixel(positive));
  if (!odd_) return normalization_(even);
  // Moved by a pixel to the upper left, with zeros at the end, which keeps both halves of one size.
  const torch::Tensor shifted = torch::constant_pad_nd(positive, {-1, 1, -1, 1});
  return normalization_(torch::cat({even, odd_(EveryOtherPixel(shifted))}, 1));
}

}  // namespace qalam::nas
