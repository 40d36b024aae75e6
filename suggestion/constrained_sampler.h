#pragma once

#include <memory>

#include "suggestion/sampler.h"

namespace qalam {

// The sampler as it is for a space without constraints; otherwise one that keeps to them: requests
// carry the space, and a proposal that breaks a constraint is an error, INVALID_ARGUMENT, not a
// trial.
std::unique_ptr<Sampler> Constrained(std::unique_ptr<Sampler> sampler, const SearchSpace& space);

}  // namespace qalam
