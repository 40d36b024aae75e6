#include "suggestion/importance/tree_variance.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

namespace qalam {
namespace {

using Node = RegressionTree::Node;

Node Leaf(double value) { return {.value = value}; }

double PredictByTree(const RegressionTree& tree, const std::vector<double>& x) {
  int at = 0;
  while (tree.nodes[at].feature >= 0) {
    const auto& node = tree.nodes[at];
    at = x[node.feature] <= node.threshold ? node.left : node.right;
  }
  return tree.nodes[at].value;
}

// Thresholds are multiples of 1/16, so that a grid of 16 cells a side sees every leaf as it is.
int Grow(RegressionTree& tree, int depth, RandomStream& random, std::vector<double> low,
         std::vector<double> high) {
  const int index = static_cast<int>(tree.nodes.size());
  tree.nodes.push_back(Leaf(random.Normal()));
  const int feature = static_cast<int>(random.UniformInt(low.size()));
  const int first = static_cast<int>(low[feature] * 16),
            last = static_cast<int>(high[feature] * 16);
  if (depth == 0 || last - first < 2) return index;
  const double threshold =
      (first + 1.0 + static_cast<double>(random.UniformInt(last - first - 1))) / 16;
  auto left_high = high, right_low = low;
  left_high[feature] = right_low[feature] = threshold;
  const int left = Grow(tree, depth - 1, random, low, left_high);
  const int right = Grow(tree, depth - 1, random, right_low, high);
  tree.nodes[index].feature = feature;
  tree.nodes[index].threshold = threshold;
  tree.nodes[index].left = left;
  tree.nodes[index].right = right;
  return index;
}

// The same by looking at every cell of a grid over three features.
TreeVariance OnGrid(const RegressionTree& tree) {
  constexpr int kCells = 16;
  const auto at = [](int i) { return (i + 0.5) / kCells; };
  double mean = 0, square = 0;
  std::vector<std::vector<double>> marginals(3, std::vector<double>(kCells, 0));
  std::map<std::pair<int, int>, std::vector<double>> joint;
  for (const auto& pair : {std::pair(0, 1), std::pair(0, 2), std::pair(1, 2)}) {
    joint[pair].assign(kCells * kCells, 0);
  }
  for (int i = 0; i < kCells; ++i) {
    for (int j = 0; j < kCells; ++j) {
      for (int k = 0; k < kCells; ++k) {
        const double value = PredictByTree(tree, {at(i), at(j), at(k)}) / kCells / kCells / kCells;
        mean += value;
        square += value * value * kCells * kCells * kCells;
        marginals[0][i] += value * kCells;
        marginals[1][j] += value * kCells;
        marginals[2][k] += value * kCells;
        joint[{0, 1}][i * kCells + j] += value * kCells * kCells;
        joint[{0, 2}][i * kCells + k] += value * kCells * kCells;
        joint[{1, 2}][j * kCells + k] += value * kCells * kCells;
      }
    }
  }
  TreeVariance variance{.total = square - mean * mean};
  for (const auto& marginal : marginals) {
    double part = 0;
    for (const double value : marginal) part += (value - mean) * (value - mean) / kCells;
    variance.features.push_back(part);
  }
  for (const auto& [pair, values] : joint) {
    double part = 0;
    for (int i = 0; i < kCells; ++i) {
      for (int j = 0; j < kCells; ++j) {
        const double rest =
            values[i * kCells + j] - marginals[pair.first][i] - marginals[pair.second][j] + mean;
        part += rest * rest / kCells / kCells;
      }
    }
    variance.pairs[pair] = part;
  }
  return variance;
}

}  // namespace

TEST_CASE("One split is the feature's alone", "[importance]") {
  // -1 on a quarter, 1 on the rest: mean 1/2, variance 1 - 1/4.
  const RegressionTree tree{
      {{.feature = 1, .threshold = 0.25, .left = 1, .right = 2}, Leaf(-1), Leaf(1)}};
  const auto variance = DecomposeVariance(tree, 2, {true, true});
  CHECK(variance.total == Approx(0.75));
  CHECK(variance.features[0] == Approx(0).margin(1e-15));
  CHECK(variance.features[1] == Approx(0.75));
  CHECK(variance.pairs.empty());
}

TEST_CASE("An exclusive or is its pair's alone", "[importance]") {
  const RegressionTree tree{{{.feature = 0, .threshold = 0.5, .left = 1, .right = 2},
                             {.feature = 1, .threshold = 0.5, .left = 3, .right = 4},
                             {.feature = 1, .threshold = 0.5, .left = 5, .right = 6},
                             Leaf(1),
                             Leaf(-1),
                             Leaf(-1),
                             Leaf(1)}};
  const auto variance = DecomposeVariance(tree, 2, {true, true});
  CHECK(variance.total == Approx(1));
  CHECK(variance.features[0] == Approx(0).margin(1e-15));
  CHECK(variance.features[1] == Approx(0).margin(1e-15));
  CHECK(variance.pairs.at({0, 1}) == Approx(1));
  CHECK(DecomposeVariance(tree, 2, {true, false}).pairs.empty());
}

TEST_CASE("A tree of one leaf has no variance", "[importance]") {
  const auto variance = DecomposeVariance({{Leaf(3)}}, 2, {true, true});
  CHECK(variance.total == 0);
  CHECK(variance.features == std::vector<double>{0, 0});
}

TEST_CASE("Any tree's parts are those of its values on a grid", "[importance]") {
  const uint64_t seed = GENERATE(range(1, 21));
  CAPTURE(seed);
  RandomStream random(seed, 0, "grow");
  RegressionTree tree;
  Grow(tree, 8, random, {0, 0, 0}, {1, 1, 1});
  const auto found = DecomposeVariance(tree, 3, {true, true, true});
  const auto expected = OnGrid(tree);
  CHECK(found.total == Approx(expected.total));
  for (int f = 0; f < 3; ++f) {
    CHECK(found.features[f] == Approx(expected.features[f]).margin(1e-12));
  }
  for (const auto& [pair, part] : expected.pairs) {
    CAPTURE(pair.first, pair.second);
    const auto entry = found.pairs.find(pair);
    CHECK((entry == found.pairs.end() ? 0 : entry->second) == Approx(part).margin(1e-12));
  }
}

}  // namespace qalam
