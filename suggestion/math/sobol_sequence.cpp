#include "suggestion/math/sobol_sequence.h"

#include <bit>
#include <iterator>

#include "suggestion/math/sobol_table.h"

namespace qalam {

namespace {

constexpr int kBits = 32;

// Bratley and Fox, ACM TOMS 14, 1988, section 2: the recurrence that extends the initial numbers.
std::vector<uint32_t> Directions(const SobolDimension& dimension) {
  const int degree = std::bit_width(dimension.polynomial) - 1;
  std::vector<uint32_t> v(kBits);
  for (int i = 0; i < kBits; ++i) {
    if (i < degree) {
      v[i] = static_cast<uint32_t>(dimension.initial[i]) << (kBits - 1 - i);
      continue;
    }
    v[i] = v[i - degree] ^ (v[i - degree] >> degree);
    for (int k = 1; k < degree; ++k) {
      if ((dimension.polynomial >> (degree - k)) & 1) v[i] ^= v[i - k];
    }
  }
  return v;
}

uint32_t ReverseBits(uint32_t x) {
  x = (x >> 16) | (x << 16);
  x = ((x & 0xff00ff00u) >> 8) | ((x & 0x00ff00ffu) << 8);
  x = ((x & 0xf0f0f0f0u) >> 4) | ((x & 0x0f0f0f0fu) << 4);
  x = ((x & 0xccccccccu) >> 2) | ((x & 0x33333333u) << 2);
  return ((x & 0xaaaaaaaau) >> 1) | ((x & 0x55555555u) << 1);
}

}  // namespace

int SobolSequence::MaxDimensions() { return static_cast<int>(std::size(kSobolDimensions)) + 1; }

SobolSequence::SobolSequence(int dimensions) {
  std::vector<uint32_t> first(kBits);  // van der Corput's sequence
  for (int i = 0; i < kBits; ++i) first[i] = 1u << (kBits - 1 - i);
  directions_.push_back(std::move(first));
  for (int d = 1; d < dimensions; ++d) directions_.push_back(Directions(kSobolDimensions[d - 1]));
}

uint32_t SobolSequence::Coordinate(uint64_t index, int dimension) const {
  const auto& v = directions_[dimension];
  auto gray = static_cast<uint32_t>(index ^ (index >> 1));
  uint32_t fraction = 0;
  while (gray != 0) {
    fraction ^= v[std::countr_zero(gray)];
    gray &= gray - 1;
  }
  return fraction;
}

uint32_t OwenScramble(uint32_t fraction, uint32_t seed) {
  uint32_t x = ReverseBits(fraction);
  x ^= x * 0x3d20adea;
  x += seed;
  x *= (seed >> 16) | 1;
  x ^= x * 0x05526c56;
  x ^= x * 0x53a22864;
  return ReverseBits(x);
}

}  // namespace qalam
