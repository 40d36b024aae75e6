// The 8x8 handwritten digits that Qalam ships.
#pragma once

#include <string>

#include "base/status.h"
#include "nas/data/image_set.h"

namespace qalam::nas {

// Reads lines of 64 pixels, 0 to 16, and a digit: uint8 [count, 1, 8, 8]. Errors name file and
// line.
StatusOr<ImageSet> ReadDigits(const std::string& path);

}  // namespace qalam::nas
