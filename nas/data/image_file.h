// Single images in files.
#pragma once

#include <string>

#include "base/status.h"
#include "nas/data/image_set.h"

namespace qalam::nas {

// Reads a PNG (libpng; transparency is laid over black, 16 bits become 8), or a binary PPM or PGM
// of at most 255 grey levels: uint8 [3, height, width], or [1, height, width] when it is grey.
// INVALID_ARGUMENT, naming the file, when it is none of these, cut short or larger than 4096
// pixels a side.
StatusOr<torch::Tensor> ReadImageFile(const std::string& path);

}  // namespace qalam::nas
