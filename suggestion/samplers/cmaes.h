#pragma once

#include <memory>

#include "suggestion/registry.h"

namespace qalam {

// The covariance matrix adaptation evolution strategy, with active update (Hansen,
// arXiv:1604.00772), margin for stepped parameters (Hamano et al., GECCO 2022), learnt
// probabilities for categories (CatCMA, Hamano et al., GECCO 2024), IPOP and BIPOP restarts
// (Auger and Hansen, CEC 2005; Hansen, GECCO 2009) and warm start (Nomura et al., AAAI 2021).
//
// It works in the unit cube. Samples beyond a face of the cube are brought back to the face and
// learnt there: an optimum on the bounds, common in tuning, is then hit exactly, and the mean, an
// average of points of the cube, never leaves it.
//
// Trials carry the labels "restart" and "generation", which say of whose distribution they were
// drawn; evolution_chain.h has the rule by which they are learnt when workers are many and slow.
// Inactive conditional parameters are drawn all the same and not shown: to the strategy they are
// coordinates that did not matter this time.
std::unique_ptr<Sampler> MakeCmaesSampler(const SamplerContext& context);
std::vector<SettingSchema> CmaesSettings();

}  // namespace qalam
