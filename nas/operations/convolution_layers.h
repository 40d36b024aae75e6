// The layers that the operations are made of.
#pragma once

#include <torch/torch.h>

#include "nas/operations/operation.h"

namespace qalam::nas {

torch::nn::BatchNorm2d MakeNormalization(int64_t channels, bool affine);

// Rectifier, convolution, normalisation: the order of the cells' papers. Same padding.
struct ConvolutionLayer {
  int64_t input_channels, output_channels, kernel;
  int64_t stride = 1, dilation = 1;
  bool affine = true;
};
void AppendConvolution(torch::nn::Sequential& sequence, const ConvolutionLayer& layer);

// Rectifier, depthwise convolution, pointwise convolution, normalisation.
void AppendDepthwiseConvolution(torch::nn::Sequential& sequence, const ConvolutionLayer& layer);

}  // namespace qalam::nas
