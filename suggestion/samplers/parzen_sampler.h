#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// The sampler behind `tpe` and `multivariate-tpe`, which differ in whether kernels are correlated;
// see TpeModel. Trials begin with a scrambled Sobol sequence. Parameters that are active together
// are modelled together, group by group, from the trials in which they were active; parents are
// drawn before what depends on them.
std::unique_ptr<Sampler> MakeParzenSampler(const SamplerContext& context, bool correlated);

}  // namespace qalam
