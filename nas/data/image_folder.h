// Images in folders, one a class.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "nas/data/image_set.h"

namespace qalam::nas {

// The names of the folders in `path`, sorted: the classes, in the order of their labels.
StatusOr<std::vector<std::string>> FoldersIn(const std::string& path);

// Every .png, .ppm and .pgm file of `path`/CLASS, sorted by name, for each of `classes`. All must
// be of one size; where one has color, grey ones become three equal channels. INVALID_ARGUMENT,
// naming the file or folder, when a class is missing or has no image.
StatusOr<ImageSet> ReadImageFolder(const std::string& path,
                                   const std::vector<std::string>& classes);

}  // namespace qalam::nas
