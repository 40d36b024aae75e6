#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// A Sobol sequence with Owen's scrambling: trial number n gets point n, so that any set of trials
// covers the space evenly. Owen, "Scrambling Sobol and Niederreiter-Xing points", J. Complexity 14,
// 1998.
std::unique_ptr<Sampler> MakeSobolSampler(const SamplerContext& context);
// INVALID_ARGUMENT for more parameters than there are direction numbers.
Status CheckSobol(const SearchSpace& space, const Settings& settings);

}  // namespace qalam
