// Text files of whole numbers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/status.h"

namespace qalam {

// Reads lines of highest.size() whole numbers with commas between them, that of column i from 0 to
// highest[i]; gives all numbers, line by line. INVALID_ARGUMENT, naming the file, the line and the
// column, for anything else or for a file without a line; RESOURCE_EXHAUSTED when it is larger than
// `max_bytes`.
StatusOr<std::vector<int>> ReadNumberTable(const std::string& path, const std::vector<int>& highest,
                                           uint64_t max_bytes);

}  // namespace qalam
