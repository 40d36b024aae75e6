#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// The sampler that ChooseAlgorithm names, with a label on every trial that tells its name. Ends
// when all points of a small finite space have been tried.
std::unique_ptr<Sampler> MakeAutomaticSampler(const SamplerContext& context);

}  // namespace qalam
