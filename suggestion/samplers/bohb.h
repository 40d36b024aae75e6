#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Hyperband whose new configurations come from a Parzen estimator over the results of the highest
// level that has enough of them. Falkner, Klein, Hutter, "BOHB: robust and efficient hyperparameter
// optimization at scale", ICML 2018.
std::unique_ptr<Sampler> MakeBohbSampler(const SamplerContext& context);

}  // namespace qalam
