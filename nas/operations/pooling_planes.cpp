#include "nas/operations/pooling_planes.h"

#include <cstring>
#include <limits>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define QALAM_CLONES __attribute__((target_clones("arch=haswell", "default")))
#else
#define QALAM_CLONES
#endif

namespace qalam::nas {

namespace {

constexpr int64_t kPoolingLane = 8;
typedef float Values __attribute__((vector_size(32), aligned(4), may_alias));
typedef int32_t Places __attribute__((vector_size(32), aligned(4), may_alias));

// One row of windows, at every pixel. `padded` begins a margin before the first window's row; rows
// are `row` long. Places count from the padded plane's start, which the caller takes back.
QALAM_CLONES
void MaxPoolRow(const float* padded, int64_t row, int64_t kernel, int64_t lanes, int32_t first,
                float* values, int32_t* places) {
  const Places steps = {0, 1, 2, 3, 4, 5, 6, 7};
  for (int64_t x = 0; x < lanes * kPoolingLane; x += kPoolingLane) {
    Values best = *reinterpret_cast<const Values*>(padded + x);
    Places place = steps + (first + static_cast<int32_t>(x));
    for (int64_t ky = 0; ky < kernel; ++ky) {
      for (int64_t kx = 0; kx < kernel; ++kx) {
        const int64_t offset = ky * row + kx + x;
        const Values value = *reinterpret_cast<const Values*>(padded + offset);
        const Places here = steps + (first + static_cast<int32_t>(offset));
        const auto larger = (value > best) | (value != value);
        best = larger ? value : best;
        place = larger ? here : place;
      }
    }
    std::memcpy(values + x, &best, sizeof(best));
    std::memcpy(places + x, &place, sizeof(place));
  }
}

}  // namespace

void MaxPoolPlanes(const PoolingShape& shape, const float* input, float* output, int64_t* indices,
                   int64_t begin, int64_t end) {
  const int64_t margin = (shape.kernel - 1) / 2;
  const int64_t lanes = (shape.width + kPoolingLane - 1) / kPoolingLane;
  const int64_t row = lanes * kPoolingLane + 2 * margin;
  std::vector<float> padded((shape.height + 2 * margin) * row,
                            -std::numeric_limits<float>::infinity());
  std::vector<float> values(lanes * kPoolingLane);
  std::vector<int32_t> places(lanes * kPoolingLane);
  for (int64_t plane = begin; plane < end; ++plane) {
    for (int64_t y = 0; y < shape.height; ++y) {
      std::memcpy(padded.data() + (y + margin) * row + margin,
                  input + (plane * shape.height + y) * shape.width, shape.width * sizeof(float));
    }
    for (int64_t y = 0; y < shape.height; y += shape.stride) {
      MaxPoolRow(padded.data() + y * row, row, shape.kernel, lanes, static_cast<int32_t>(y * row),
                 values.data(), places.data());
      for (int64_t x = 0; x < shape.width; x += shape.stride, ++output, ++indices) {
        *output = values[x];
        *indices = (places[x] / row - margin) * shape.width + places[x] % row - margin;
      }
    }
  }
}

}  // namespace qalam::nas
