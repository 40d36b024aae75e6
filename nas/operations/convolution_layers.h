// The layers that the operations are made of.
#pragma once

#include <torch/torch.h>

#include "nas/operations/operation.h"

namespace qalam::nas {

torch::nn::BatchNorm2d MakeNormalization(int64_t channels, bool affine);

// Keeps every `stride`-th pixel of each axis; nothing for 1. For convolutions of 1x1, which are
// then made without a stride: oneDNN 2.6 (Debian's libtorch) computes the gradient of a strided one
// of other than a multiple of 8 channels with AVX2 by writing past the end of it.
void AppendSubsampling(torch::nn::Sequential& sequence, int64_t stride);

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
