// The arithmetic of depthwise convolution, without libtorch: it is compiled with more optimisation
// than what calls libtorch's kernels.
#pragma once

#include <cstdint>

namespace qalam::nas {

// Images of [batch, channels, height, width], rows without gaps; kernels of [channels, kernel,
// kernel], `kernel` odd; zeros around, so that sizes stay.
struct PlaneShape {
  int64_t batch, channels, height, width, kernel, dilation;
};

// The planes (image and channel) from `begin` to before `end` of the convolution.
void ConvolvePlanes(const PlaneShape& shape, const float* input, const float* weights,
                    float* output, int64_t begin, int64_t end);

// Its derivative by the weights, given that by its output, for the channels from `begin` to before
// `end`.
void CorrelateChannels(const PlaneShape& shape, const float* input, const float* gradient,
                       float* by_weights, int64_t begin, int64_t end);

}  // namespace qalam::nas
