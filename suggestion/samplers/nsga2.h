// NSGA-II: Deb, Pratap, Agarwal, Meyarivan, IEEE Trans. Evol. Comput. 6, 2002. Selection takes up
// each trial when it ends, as in the steady-state form, which converges faster than whole
// generations (Nebro and Durillo, LION 2009).
#pragma once

#include <memory>
#include <vector>

#include "suggestion/registry.h"

namespace qalam {

std::unique_ptr<Sampler> MakeNsga2Sampler(const SamplerContext& context);
std::vector<SettingSchema> Nsga2Settings();

}  // namespace qalam
