#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// The tree-structured Parzen estimator with joint kernels, which sees how parameters act together.
// Falkner, Klein, Hutter, "BOHB", ICML 2018, section 3.2.
std::unique_ptr<Sampler> MakeMultivariateTpeSampler(const SamplerContext& context);

}  // namespace qalam
