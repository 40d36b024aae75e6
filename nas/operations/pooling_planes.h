// The arithmetic of max pooling, without libtorch: see depthwise_planes.h.
#pragma once

#include <cstdint>

namespace qalam::nas {

// Windows of kernel x kernel pixels, odd, around every `stride`-th pixel of planes of height x
// width, both rounded up.
struct PoolingShape {
  int64_t height, width, kernel, stride;
  int64_t output_height() const { return (height + stride - 1) / stride; }
  int64_t output_width() const { return (width + stride - 1) / stride; }
};

// For the planes from `begin` to before `end` each window's largest value and where it stands in
// its plane; the first of equals, and a NaN before anything else.
void MaxPoolPlanes(const PoolingShape& shape, const float* input, float* output, int64_t* indices,
                   int64_t begin, int64_t end);

}  // namespace qalam::nas
