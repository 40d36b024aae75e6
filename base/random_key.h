#pragma once

#include <string>

namespace qalam {

// 256 random bits from the kernel's random source, as 64 hex digits.
std::string NewKey();

}  // namespace qalam
