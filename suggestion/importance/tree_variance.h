// The functional analysis of variance of one regression tree.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "suggestion/surrogate/regression_tree.h"

namespace qalam {

// The variance of a tree's function over the uniform unit cube, and its parts: what each feature
// explains alone, and each pair of features beyond what they explain alone.
struct TreeVariance {
  double total = 0;
  std::vector<double> features;                 // [feature]
  std::map<std::pair<int, int>, double> pairs;  // first < second; absent: 0
};

// Exact, from the boxes that the leaves are: Hutter, Hoos, Leyton-Brown, "An efficient approach for
// assessing hyperparameter importance", ICML 2014, algorithms 1 and 2. Pairs of the features that
// `in_pairs` marks alone. Thresholds must lie in (0, 1).
TreeVariance DecomposeVariance(const RegressionTree& tree, size_t features,
                               const std::vector<bool>& in_pairs);

}  // namespace qalam
