#include "nas/operations/depthwise_planes.h"

#include <algorithm>
#include <cstring>
#include <vector>

// Compiled twice; the processor chooses when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QALAM_CLONES __attribute__((target_clones("arch=haswell", "default")))
#else
#define QALAM_CLONES
#endif

#define QALAM_INLINE inline __attribute__((always_inline))

namespace qalam::nas {

namespace {

// Eight neighbours in a row; the compiler splits it where a processor's registers are smaller.
constexpr int64_t kLane = 8;
typedef float Lane __attribute__((vector_size(32), aligned(4), may_alias));

// A plane with margins of zeros, its rows in whole lanes, so that no lane needs its own bounds.
struct PaddedPlane {
  PaddedPlane(const PlaneShape& shape, int64_t with_margin)
      : margin(with_margin),
        row((shape.width + kLane - 1) / kLane * kLane + 2 * margin),
        values((shape.height + 2 * margin) * row, 0.0f) {}

  void Fill(const PlaneShape& shape, const float* plane) {
    for (int64_t y = 0; y < shape.height; ++y) {
      std::memcpy(values.data() + (y + margin) * row + margin, plane + y * shape.width,
                  shape.width * sizeof(float));
    }
  }

  int64_t margin, row;
  std::vector<float> values;
};

int64_t Margin(const PlaneShape& shape) { return shape.dilation * (shape.kernel - 1) / 2; }

QALAM_INLINE void Store(const Lane& values, int64_t count, float* output) {
  if (count >= kLane) {
    *reinterpret_cast<Lane*>(output) = values;
  } else {
    for (int64_t i = 0; i < count; ++i) output[i] = values[i];
  }
}

// With the size of the kernel known the loops over it unroll.
template <int kKernel>
QALAM_INLINE void ConvolveRows(const PlaneShape& shape, const float* padded, int64_t row,
                               const float* weights, float* output) {
  const int64_t kernel = kKernel > 0 ? kKernel : shape.kernel;
  for (int64_t y = 0; y < shape.height; ++y) {
    for (int64_t x = 0; x < shape.width; x += kLane) {
      Lane sum = {};
      for (int64_t ky = 0; ky < kernel; ++ky) {
        const float* from = padded + (y + ky * shape.dilation) * row + x;
        for (int64_t kx = 0; kx < kernel; ++kx) {
          sum += weights[ky * kernel + kx] *
                 *reinterpret_cast<const Lane*>(from + kx * shape.dilation);
        }
      }
      Store(sum, shape.width - x, output + y * shape.width + x);
    }
  }
}

QALAM_CLONES
void ConvolvePlane(const PlaneShape& shape, const float* padded, int64_t row, const float* weights,
                   float* output) {
  switch (shape.kernel) {
    case 3:
      return ConvolveRows<3>(shape, padded, row, weights, output);
    case 5:
      return ConvolveRows<5>(shape, padded, row, weights, output);
    default:
      return ConvolveRows<0>(shape, padded, row, weights, output);
  }
}

// A row of the kernel's sums at a time, so that they stay in registers.
template <int kKernel>
QALAM_INLINE void CorrelateRows(const PlaneShape& shape, const float* padded, int64_t row,
                                const float* gradient, int64_t gradient_row, float* sums) {
  for (int64_t ky = 0; ky < kKernel; ++ky, sums += kKernel * kLane) {
    Lane sum[kKernel];
    std::memcpy(sum, sums, sizeof(sum));
    for (int64_t y = 0; y < shape.height; ++y) {
      const float* from = padded + (y + ky * shape.dilation) * row;
      for (int64_t x = 0; x < gradient_row; x += kLane) {
        const Lane by = *reinterpret_cast<const Lane*>(gradient + y * gradient_row + x);
        for (int64_t kx = 0; kx < kKernel; ++kx) {
          sum[kx] += by * *reinterpret_cast<const Lane*>(from + x + kx * shape.dilation);
        }
      }
    }
    std::memcpy(sums, sum, sizeof(sum));
  }
}

// Adds to `sums`, a lane for each weight, what this plane contributes.
QALAM_CLONES
void CorrelatePlane(const PlaneShape& shape, const float* padded, int64_t row,
                    const float* gradient, int64_t gradient_row, float* sums) {
  switch (shape.kernel) {
    case 3:
      return CorrelateRows<3>(shape, padded, row, gradient, gradient_row, sums);
    case 5:
      return CorrelateRows<5>(shape, padded, row, gradient, gradient_row, sums);
    default:
      break;
  }
  for (int64_t ky = 0; ky < shape.kernel; ++ky) {
    for (int64_t kx = 0; kx < shape.kernel; ++kx, sums += kLane) {
      Lane sum = *reinterpret_cast<const Lane*>(sums);
      for (int64_t y = 0; y < shape.height; ++y) {
        const float* from = padded + (y + ky * shape.dilation) * row + kx * shape.dilation;
        for (int64_t x = 0; x < gradient_row; x += kLane) {
          sum += *reinterpret_cast<const Lane*>(from + x) *
                 *reinterpret_cast<const Lane*>(gradient + y * gradient_row + x);
        }
      }
      *reinterpret_cast<Lane*>(sums) = sum;
    }
  }
}

}  // namespace

void ConvolvePlanes(const PlaneShape& shape, const float* input, const float* weights,
                    float* output, int64_t begin, int64_t end) {
  const int64_t plane = shape.height * shape.width, area = shape.kernel * shape.kernel;
  PaddedPlane padded(shape, Margin(shape));
  for (int64_t i = begin; i < end; ++i) {
    padded.Fill(shape, input + i * plane);
    ConvolvePlane(shape, padded.values.data(), padded.row, weights + i % shape.channels * area,
                  output + i * plane);
  }
}

void CorrelateChannels(const PlaneShape& shape, const float* input, const float* gradient,
                       float* by_weights, int64_t begin, int64_t end) {
  const int64_t plane = shape.height * shape.width, area = shape.kernel * shape.kernel;
  PaddedPlane padded(shape, Margin(shape)), factors(shape, 0);
  for (int64_t channel = begin; channel < end; ++channel) {
    std::vector<float> sums(area * kLane, 0.0f);
    for (int64_t image = 0; image < shape.batch; ++image) {
      const int64_t first = (image * shape.channels + channel) * plane;
      padded.Fill(shape, input + first);
      factors.Fill(shape, gradient + first);
      CorrelatePlane(shape, padded.values.data(), padded.row, factors.values.data(), factors.row,
                     sums.data());
    }
    for (int64_t i = 0; i < area; ++i) {
      float sum = 0;
      for (int64_t lane = 0; lane < kLane; ++lane) sum += sums[i * kLane + lane];
      by_weights[channel * area + i] = sum;
    }
  }
}

}  // namespace qalam::nas
