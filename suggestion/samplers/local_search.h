// Hill climbing with restarts: White, Nolen, Savani, "Exploring the loss landscape in neural
// architecture search", UAI 2021 (local search is state of the art on the NAS benchmarks).
#pragma once

#include <memory>
#include <vector>

#include "suggestion/registry.h"

namespace qalam {

std::unique_ptr<Sampler> MakeLocalSearchSampler(const SamplerContext& context);
std::vector<SettingSchema> LocalSearchSettings();
// INVALID_ARGUMENT when a parameter has infinitely many values.
Status CheckLocalSearch(const SearchSpace& space, const Settings& settings);

}  // namespace qalam
