#pragma once

#include <span>
#include <vector>

#include "suggestion/samplers/tpe_history.h"

namespace qalam {

// The observations best first by several objectives, as far as the first `good_count` are
// concerned: by non-domination rank with constraint domination, and of the front which that number
// cuts through, those that together dominate the greatest hypervolume, chosen greedily. Ozaki,
// Tanigaki, Watanabe, Onishi, "Multiobjective tree-structured Parzen estimator for computationally
// expensive optimization problems", GECCO 2020, section 3.2. The answer depends on the order of the
// observations among equals only.
std::vector<const Observation*> OrderByObjectives(std::span<const Observation* const> observations,
                                                  size_t good_count);

}  // namespace qalam
