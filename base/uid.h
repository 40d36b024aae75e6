#pragma once

#include <string>

namespace qalam {

// A random 128-bit name in UUID version 4 form, from the kernel's random source.
std::string NewUid();

}  // namespace qalam
