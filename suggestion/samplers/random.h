#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Independent draws from the search space's distributions.
// Bergstra and Bengio, "Random search for hyper-parameter optimization", JMLR 13, 2012.
std::unique_ptr<Sampler> MakeRandomSampler(const SamplerContext& context);

}  // namespace qalam
