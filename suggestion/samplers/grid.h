#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// Every point of a finite space once, the last parameter varying fastest; ends when all are tried.
std::unique_ptr<Sampler> MakeGridSampler(const SamplerContext& context);
// INVALID_ARGUMENT when a parameter has infinitely many values.
Status CheckGrid(const SearchSpace& space, const Settings& settings);

}  // namespace qalam
