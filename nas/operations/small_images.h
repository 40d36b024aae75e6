// Operations on the processor for the images of a few pixels that architectures are searched on.
//
// On those libtorch's own take several times as long: its pooling goes pixel by pixel, and oneDNN's
// derivatives of dilated and of larger depthwise kernels are its slow general ones. Results do not
// depend on the number of threads.
#pragma once

#include <torch/torch.h>

namespace qalam::nas {

// Whether the functions below take `input`, [batch, channels, height, width]: floats on the
// processor, no side longer than 32.
bool IsSmallImage(const torch::Tensor& input);

// Each channel with its own kernel in `weight`, [channels, 1, k, k], k odd, on every `stride`-th
// pixel; zeros around. Differentiable any number of times.
torch::Tensor SmallDepthwiseConvolution(const torch::Tensor& input, const torch::Tensor& weight,
                                        int64_t stride, int64_t dilation);

// The mean over windows of kernel x kernel, odd, around every `stride`-th pixel; what would be
// outside does not count. Differentiable any number of times.
torch::Tensor SmallAveragePool(const torch::Tensor& input, int64_t kernel, int64_t stride);

// The same with the largest value. Differentiable twice.
torch::Tensor SmallMaxPool(const torch::Tensor& input, int64_t kernel, int64_t stride);

}  // namespace qalam::nas
