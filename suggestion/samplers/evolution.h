// Regularised (aging) evolution: Real, Aggarwal, Huang, Le, "Regularized evolution for image
// classifier architecture search", AAAI 2019, algorithm 1.
#pragma once

#include <memory>
#include <vector>

#include "suggestion/registry.h"

namespace qalam {

std::unique_ptr<Sampler> MakeEvolutionSampler(const SamplerContext& context);
std::vector<SettingSchema> EvolutionSettings();

}  // namespace qalam
