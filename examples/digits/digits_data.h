// The 8x8 handwritten digits, split for training.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::digits {

struct LabelledImages {
  Eigen::MatrixXf pixels;   // 64 x count, each in [0, 1]
  std::vector<int> labels;  // count, each 0 to 9
};

struct DigitsData {
  LabelledImages training;    // four fifths
  LabelledImages validation;  // one fifth
};

// Reads the CSV of data/README.md and splits it by a shuffle that depends on `seed` alone. Errors
// name the file and the line.
StatusOr<DigitsData> LoadDigits(const std::string& path, uint64_t seed);

}  // namespace qalam::digits
