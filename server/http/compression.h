#pragma once

#include <string>
#include <string_view>

#include "base/status.h"

namespace qalam::http {

// In gzip's format. Level 1 (fast) to 9 (small).
std::string Gzip(std::string_view plain, int level);
// INVALID_ARGUMENT when it is not gzip's; RESOURCE_EXHAUSTED when it would be above `most_bytes`.
StatusOr<std::string> Gunzip(std::string_view compressed, size_t most_bytes);

// Whether an Accept-Encoding header allows gzip.
bool AcceptsGzip(std::string_view accept_encoding);

}  // namespace qalam::http
