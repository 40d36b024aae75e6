#pragma once

#include <Eigen/Core>
#include <vector>

#include "suggestion/evolution_strategy/category_distribution.h"
#include "suggestion/evolution_strategy/generation_ledger.h"
#include "suggestion/evolution_strategy/search_distribution.h"

namespace qalam {

// Sets a run's start from earlier results: WS-CMA-ES, Nomura, Watanabe, Akimoto, Ozaki, Onishi,
// "Warm Starting CMA-ES for Hyperparameter Optimization", AAAI 2021 (arXiv:2012.06932), section
// 4: the normal distribution nearest to a mixture of small ones around the best tenth of
// `results`. Categories start from their shares among the same. Without a usable result nothing
// changes.
void WarmStart(std::vector<Member> results, SearchDistribution& numbers,
               CategoryDistribution& categories);

}  // namespace qalam
