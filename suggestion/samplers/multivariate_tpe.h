#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Tree-structured Parzen estimator whose kernels also share the correlations of the good trials,
// which sees how parameters act together: see TpeModel. Falkner, Klein, Hutter, "BOHB", ICML 2018,
// section 3.2.
std::unique_ptr<Sampler> MakeMultivariateTpeSampler(const SamplerContext& context);

}  // namespace qalam
