// A regression tree over the unit cube, as random forests are made of.
#pragma once

#include <cstddef>
#include <vector>

namespace qalam {

// A table of n rows in which each feature takes few or many values, which are numbered by size.
struct CodedFeatures {
  std::vector<std::vector<int>> codes;      // [feature][row]: the place of its value in `values`
  std::vector<std::vector<double>> values;  // [feature]: those that there are, growing
};

struct TreeSettings {
  int max_depth = 64;
  int smallest_leaf = 1;  // in units of weight
};

struct RegressionTree {
  struct Node {
    int feature = -1;      // -1: a leaf
    double threshold = 0;  // rows up to it go left; halfway between two neighbours
    int left = 0, right = 0;
    double value = 0;  // weighted mean of the targets here
    double gain = 0;   // by how much the split lowers the weighted sum of squared errors
  };
  std::vector<Node> nodes;  // the root first
};

// Splits greedily by the squared error (Breiman, Friedman, Olshen, Stone, "Classification and
// regression trees", 1984, section 8.3) until leaves are pure, small or deep. `weights` count how
// often a row was drawn; 0 leaves it out; some must be above 0. O(features x rows x depth).
RegressionTree FitRegressionTree(const CodedFeatures& features, const std::vector<double>& targets,
                                 const std::vector<int>& weights, const TreeSettings& settings);

}  // namespace qalam
