#include "suggestion/surrogate/regression_tree.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "base/random.h"

namespace qalam {
namespace {

// One feature with the values 0, 1/4, ... in the order of the rows.
CodedFeatures OneFeature(int rows) {
  CodedFeatures features;
  auto& codes = features.codes.emplace_back();
  auto& values = features.values.emplace_back();
  for (int i = 0; i < rows; ++i) {
    codes.push_back(i);
    values.push_back(i / 4.0);
  }
  return features;
}

double Predict(const RegressionTree& tree, const std::vector<double>& x) {
  int at = 0;
  while (tree.nodes[at].feature >= 0) {
    const auto& node = tree.nodes[at];
    at = x[node.feature] <= node.threshold ? node.left : node.right;
  }
  return tree.nodes[at].value;
}

}  // namespace

TEST_CASE("A step is found between its neighbours", "[tree]") {
  const auto tree = FitRegressionTree(OneFeature(4), {5, 5, 9, 9}, {1, 1, 1, 1}, {});
  REQUIRE(tree.nodes.size() == 3);
  CHECK(tree.nodes[0].threshold == 0.375);
  CHECK(tree.nodes[0].value == 7);
  CHECK(tree.nodes[0].gain == 16);
  CHECK(tree.nodes[tree.nodes[0].left].value == 5);
  CHECK(tree.nodes[tree.nodes[0].right].value == 9);
}

TEST_CASE("Rows count as often as they weigh, and not at all with 0", "[tree]") {
  const auto tree = FitRegressionTree(OneFeature(4), {1, 100, 4, 4}, {3, 0, 1, 0}, {});
  REQUIRE(tree.nodes.size() == 3);
  CHECK(tree.nodes[0].value == Approx(7.0 / 4));
  // Row 1 is not there, so that the neighbours are rows 0 and 2.
  CHECK(tree.nodes[0].threshold == 0.25);
}

TEST_CASE("Leaves are neither smaller nor deeper than allowed", "[tree]") {
  std::vector<double> targets;
  for (int i = 0; i < 64; ++i) targets.push_back(i * i);
  const std::vector<int> weights(64, 1);
  const auto small = FitRegressionTree(OneFeature(64), targets, weights, {.smallest_leaf = 20});
  CHECK(small.nodes.size() == 5);  // 64 = 20.. + (20.. + 20..)
  const auto flat = FitRegressionTree(OneFeature(64), targets, weights, {.max_depth = 1});
  CHECK(flat.nodes.size() == 3);
  const auto whole = FitRegressionTree(OneFeature(64), targets, weights, {});
  CHECK(whole.nodes.size() == 127);
}

TEST_CASE("A tree without bounds knows every row again", "[tree]") {
  RandomStream random(5, 0, "tree test");
  constexpr int kRows = 200, kFeatures = 3;
  CodedFeatures features;
  features.codes.resize(kFeatures);
  features.values.resize(kFeatures);
  for (int f = 0; f < kFeatures; ++f) {
    for (int v = 0; v < 30; ++v) features.values[f].push_back(v / 30.0);
    for (int i = 0; i < kRows; ++i) {
      features.codes[f].push_back(static_cast<int>(random.UniformInt(30)));
    }
  }
  std::vector<double> targets;
  const auto row = [&](int i) {
    std::vector<double> x;
    for (int f = 0; f < kFeatures; ++f) x.push_back(features.values[f][features.codes[f][i]]);
    return x;
  };
  for (int i = 0; i < kRows; ++i) {
    const auto x = row(i);
    targets.push_back(std::sin(7 * x[0]) + x[1] * x[2]);
  }
  const auto tree = FitRegressionTree(features, targets, std::vector<int>(kRows, 1), {});
  for (int i = 0; i < kRows; ++i) CHECK(Predict(tree, row(i)) == Approx(targets[i]));
}

}  // namespace qalam
