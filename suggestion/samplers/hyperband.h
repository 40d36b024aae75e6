#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Successive halving in brackets that begin at different resources, as a hedge against a low
// resource that misleads. Li et al., "Hyperband", JMLR 18, 2018, algorithm 1, with asynchronous
// promotion, so that no worker waits for a rung to fill.
std::unique_ptr<Sampler> MakeHyperbandSampler(const SamplerContext& context);

}  // namespace qalam
