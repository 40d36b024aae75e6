#pragma once

#include <vector>

#include "api/experiment.h"

namespace qalam {

// What keeps parameters from being searched although each of their fields can be read: ranges whose
// values are no different numbers, and conditions that can never hold.
std::vector<AlgorithmCatalog::AlgorithmFault> CheckParameters(
    const std::vector<Parameter>& parameters);

}  // namespace qalam
