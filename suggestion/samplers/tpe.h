#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Tree-structured Parzen estimator with kernels aligned with the parameters: see TpeModel.
// Bergstra, Bardenet, Bengio, Kegl, "Algorithms for hyper-parameter optimization", NIPS 2011,
// section 4.
std::unique_ptr<Sampler> MakeTpeSampler(const SamplerContext& context);

}  // namespace qalam
