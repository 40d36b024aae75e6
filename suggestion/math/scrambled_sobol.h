#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "suggestion/math/sobol_sequence.h"

namespace qalam {

// Points of an Owen-scrambled Sobol sequence by number; the scrambling is a function of (seed,
// purpose). Dimensions beyond SobolSequence::MaxDimensions() are drawn uniformly, from a stream
// keyed by (seed, number, purpose).
class ScrambledSobol {
 public:
  ScrambledSobol(size_t dimensions, uint64_t seed, std::string_view purpose);

  // In (0, 1)^dimensions.
  Eigen::VectorXd Point(uint64_t number) const;

 private:
  const size_t dimensions_;
  const uint64_t seed_;
  const std::string purpose_;
  const SobolSequence sequence_;
  std::vector<uint32_t> scrambles_;  // one for each dimension that the sequence has
};

}  // namespace qalam
