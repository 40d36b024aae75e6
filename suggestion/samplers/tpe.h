#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Tree-structured Parzen estimator: good and bad trials are modelled parameter by parameter, and
// the candidate that is likeliest good and least likely bad is taken. Bergstra et al., NIPS 2011,
// section 4; pending trials count as bad (the constant liar of Ginsbourger et al., 2010).
std::unique_ptr<Sampler> MakeTpeSampler(const SamplerContext& context);

}  // namespace qalam
