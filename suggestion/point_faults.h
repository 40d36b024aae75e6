#pragma once

#include <string>
#include <vector>

#include "api/experiment.h"
#include "suggestion/search_space.h"

namespace qalam {

// Everything that keeps `assignments` from being a point of the space, a sentence each: values that
// are not of the space, unknown, repeated and missing parameters, those whose condition does not
// hold, and broken constraints. Empty when it is one.
std::vector<std::string> PointFaults(const SearchSpace& space,
                                     const std::vector<Assignment>& assignments);

}  // namespace qalam
