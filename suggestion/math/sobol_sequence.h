#pragma once

#include <cstdint>
#include <vector>

namespace qalam {

// Points of the Sobol sequence by number, so that a stateless caller can ask for any of them.
// Sobol, USSR Comput. Math. Math. Phys. 7, 1967; direction numbers of Joe and Kuo, 2008.
class SobolSequence {
 public:
  static int MaxDimensions();

  // 1 <= dimensions <= MaxDimensions().
  explicit SobolSequence(int dimensions);

  // Coordinate `dimension` of point `index` as a 32-bit fraction. Points repeat after 2^32.
  uint32_t Coordinate(uint64_t index, int dimension) const;

 private:
  std::vector<std::vector<uint32_t>> directions_;  // [dimension][bit]
};

// Owen's nested uniform scrambling of a 32-bit fraction, by hashing: each bit is flipped by a hash
// of the bits above it (Laine and Karras, "Stratified sampling for stochastic transparency", 2011,
// section 3.1, in the improved constants of Burley, "Practical hash-based Owen scrambling", JCGT 9,
// 2020, listing 5).
uint32_t OwenScramble(uint32_t fraction, uint32_t seed);

}  // namespace qalam
