#pragma once

#include <vector>

#include "suggestion/search_space.h"

namespace qalam {

// The parameters that are active together: those without a condition first, then each set that
// shares a condition, after the group that holds the parameter which the condition looks at. Every
// parameter is in exactly one group; indices ascend within a group.
std::vector<std::vector<size_t>> GroupParameters(const SearchSpace& space);

}  // namespace qalam
