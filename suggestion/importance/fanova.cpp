#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.h"
#include "suggestion/importance/evaluators.h"
#include "suggestion/importance/importance_data.h"
#include "suggestion/importance/tree_variance.h"
#include "suggestion/surrogate/regression_tree.h"

namespace qalam {

namespace {

constexpr int kTrees = 64;
constexpr size_t kMostNumbers = 60000;  // trials x parameters
constexpr size_t kFewestKept = 100;      // trials, however many parameters there are
constexpr size_t kMostInPairs = 32;      // parameters

// The unit cube's coordinates, rounded so that there is room between any two that differ.
CodedFeatures CodeUnits(const SearchSpace& space, const Eigen::MatrixXd& units) {
  CodedFeatures features;
  for (Eigen::Index j = 0; j < units.cols(); ++j) {
    std::vector<double> column(units.rows());
    for (Eigen::Index i = 0; i < units.rows(); ++i) {
      column[i] = std::round(units(i, j) * 0x1p30) / 0x1p30;
    }
    std::vector<double> values = column;
    if (space[j].is_categorical()) {
      // Those that no trial has tried take their share of the space too.
      const uint64_t count = space[j].cardinality();
      for (uint64_t k = 0; k < count; ++k) {
        values.push_back(
            std::round((static_cast<double>(k) + 0.5) / static_cast<double>(count) * 0x1p30) /
            0x1p30);
      }
    }
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    auto& codes = features.codes.emplace_back();
    for (const double value : column) {
      codes.push_back(
          static_cast<int>(std::lower_bound(values.begin(), values.end(), value) - values.begin()));
    }
    features.values.push_back(std::move(values));
  }
  return features;
}

class Forest {
 public:
  Forest(const SearchSpace& space, const ImportanceData& data, uint64_t seed)
      : space_(space), features_(CodeUnits(space, data.units)), seed_(seed) {
    targets_.assign(data.losses.data(), data.losses.data() + data.losses.size());
    for (int i = 0; i < kTrees; ++i) trees_.push_back(FitTree(i));
  }

  const std::vector<RegressionTree>& trees() const { return trees_; }

  // The parameters that lower the trees' errors most.
  std::vector<bool> MostUsed(size_t most) const {
    std::vector<double> gains(space_.size(), 0);
    for (const auto& tree : trees_) {
      for (const auto& node : tree.nodes) {
        if (node.feature >= 0) gains[node.feature] += node.gain;
      }
    }
    std::vector<size_t> order(gains.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return gains[a] > gains[b]; });
    std::vector<bool> used(gains.size(), false);
    for (size_t i = 0; i < std::min(most, order.size()); ++i) used[order[i]] = true;
    return used;
  }

 private:
  RegressionTree FitTree(int index) const {
    RandomStream random(seed_, index, "importance.tree");
    CodedFeatures features = features_;
    for (size_t j = 0; j < space_.size(); ++j) {
      if (space_[j].is_categorical()) ShuffleCodes(features, j, random);
    }
    std::vector<int> weights(targets_.size(), 0);
    for (size_t i = 0; i < targets_.size(); ++i) ++weights[random.UniformInt(targets_.size())];
    return FitRegressionTree(features, targets_, weights, {});
  }

  static void ShuffleCodes(CodedFeatures& features, size_t feature, RandomStream& random) {
    std::vector<int> places(features.values[feature].size());
    std::iota(places.begin(), places.end(), 0);
    for (size_t i = places.size(); i > 1; --i)
      std::swap(places[i - 1], places[random.UniformInt(i)]);
    for (int& code : features.codes[feature]) code = places[code];
  }

  const SearchSpace& space_;
  const CodedFeatures features_;
  const uint64_t seed_;
  std::vector<double> targets_;
  std::vector<RegressionTree> trees_;
};

}  // namespace

StatusOr<Importance> EvaluateFanova(const ImportanceInput& input) {
  const SearchSpace& space = *input.space;
  const size_t most_trials = std::max(kMostNumbers / space.size(), kFewestKept);
  ASSIGN_OR_RETURN(const auto data, PrepareImportance(input, most_trials));
  const Forest forest(space, data, input.seed);
  const auto in_pairs = forest.MostUsed(kMostInPairs);
  std::vector<double> parameters(space.size(), 0);
  std::map<std::pair<int, int>, double> shares;
  double explained = 0;
  for (const auto& tree : forest.trees()) {
    const auto variance = DecomposeVariance(tree, space.size(), in_pairs);
    if (variance.total <= 0) continue;
    for (size_t j = 0; j < parameters.size(); ++j) {
      parameters[j] += variance.features[j] / variance.total;
      explained += variance.features[j] / variance.total;
    }
    for (const auto& [pair, part] : variance.pairs) {
      shares[pair] += part / variance.total;
      explained += part / variance.total;
    }
  }
  if (explained <= 0) {
    return FailedPrecondition("the objectives of the {} finished trials follow no parameter",
                              data.losses.size());
  }
  std::vector<PairImportance> pairs;
  for (const auto& [pair, share] : shares) {
    pairs.push_back({space[pair.first].name(), space[pair.second].name(), share});
  }
  return MakeImportance(space, data.losses.size(), parameters, std::move(pairs));
}

}  // namespace qalam
