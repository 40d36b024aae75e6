// The functions that the table in importance.cpp names; each stands in a file of its name.
#pragma once

#include "suggestion/importance/importance.h"

namespace qalam {

// Functional analysis of variance: the share of the variance of the losses over the whole space
// that each parameter, and each pair of parameters, explains. By a forest of 64 regression trees,
// whose variance is known exactly (suggestion/importance/tree_variance.h); categories stand in
// another order in each tree, so that none counts. Of many trials as many are looked at as 60,000
// numbers hold, 3,000 for 20 parameters; pairs are formed of the 32 parameters that the trees use
// most. About a second at most.
StatusOr<Importance> EvaluateFanova(const ImportanceInput& input);

// Pearson divergence: how differently the best tenth of the trials and all of them are spread along
// each parameter, less what as many trials drawn at random differ. Fast, and says what it takes to
// be among the best, where fANOVA says what moves the losses anywhere. No pairs.
StatusOr<Importance> EvaluatePedAnova(const ImportanceInput& input);

}  // namespace qalam
