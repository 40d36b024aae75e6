#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Asynchronous successive halving: every configuration begins at the least resource, and the best
// 1 / eta of those that have ended at a level go on to the next at once. Li et al., "A system for
// massively parallel hyperparameter tuning", MLSys 2020, algorithm 2.
std::unique_ptr<Sampler> MakeAshaSampler(const SamplerContext& context);

}  // namespace qalam
