#include "suggestion/surrogate/regression_tree.h"

#include <algorithm>

namespace qalam {

namespace {

class TreeBuilder {
 public:
  TreeBuilder(const CodedFeatures& features, const std::vector<double>& targets,
              const std::vector<int>& weights, const TreeSettings& settings)
      : features_(features),
        targets_(targets),
        weights_(weights),
        settings_(settings),
        goes_left_(targets.size()) {
    for (const auto& codes : features.codes) orders_.push_back(SortedRows(codes));
  }

  RegressionTree Run() {
    const size_t rows =
        std::count_if(weights_.begin(), weights_.end(), [](int w) { return w > 0; });
    tree_.nodes.emplace_back();
    std::vector<Part> open = {{0, 0, rows, 0}};
    while (!open.empty()) {
      const Part part = open.back();
      open.pop_back();
      const Split split = BestSplit(part);
      if (split.feature < 0) continue;
      const size_t middle = Divide(part, split);
      const int left = static_cast<int>(tree_.nodes.size());
      auto& node = tree_.nodes[part.node];
      const auto& values = features_.values[split.feature];
      node.feature = split.feature;
      node.threshold = (values[split.code] + values[split.next_code]) / 2;
      node.gain = split.gain;
      node.left = left;
      node.right = left + 1;
      tree_.nodes.resize(tree_.nodes.size() + 2);
      open.push_back({left, part.begin, middle, part.depth + 1});
      open.push_back({left + 1, middle, part.end, part.depth + 1});
    }
    return std::move(tree_);
  }

 private:
  // A node's rows stand at [begin, end) in the order of every feature.
  struct Part {
    int node = 0;
    size_t begin = 0, end = 0;
    int depth = 0;
  };
  struct Split {
    int feature = -1;
    int code = 0, next_code = 0;  // up to `code` goes left; the next one that is there
    double gain = 0;
  };

  // The rows that count, by code.
  std::vector<int> SortedRows(const std::vector<int>& codes) const {
    std::vector<size_t> begins;
    for (size_t row = 0; row < codes.size(); ++row) {
      if (weights_[row] == 0) continue;
      if (begins.size() < static_cast<size_t>(codes[row]) + 2) begins.resize(codes[row] + 2);
      ++begins[codes[row] + 1];
    }
    for (size_t code = 1; code < begins.size(); ++code) begins[code] += begins[code - 1];
    std::vector<int> rows(begins.back());
    for (size_t row = 0; row < codes.size(); ++row) {
      if (weights_[row] > 0) rows[begins[codes[row]]++] = static_cast<int>(row);
    }
    return rows;
  }

  // Also sets the node's value.
  Split BestSplit(const Part& part) {
    double weight = 0, sum = 0, squares = 0;
    for (size_t i = part.begin; i < part.end; ++i) {
      const int row = orders_[0][i];
      weight += weights_[row];
      sum += weights_[row] * targets_[row];
      squares += weights_[row] * targets_[row] * targets_[row];
    }
    tree_.nodes[part.node].value = sum / weight;
    Split best;
    // Below this, what is left to explain is rounding.
    const double error = squares - sum * sum / weight;
    if (error <= 1e-12 * squares || part.depth >= settings_.max_depth) return best;
    for (size_t feature = 0; feature < orders_.size(); ++feature) {
      ScanFeature(part, static_cast<int>(feature), weight, sum, best);
    }
    return best;
  }

  void ScanFeature(const Part& part, int feature, double weight, double sum, Split& best) const {
    const auto& order = orders_[feature];
    const auto& codes = features_.codes[feature];
    if (codes[order[part.begin]] == codes[order[part.end - 1]]) return;
    const double whole = sum * sum / weight;
    double left_weight = 0, left_sum = 0;
    for (size_t i = part.begin; i + 1 < part.end; ++i) {
      const int row = order[i];
      left_weight += weights_[row];
      left_sum += weights_[row] * targets_[row];
      const int code = codes[row], next_code = codes[order[i + 1]];
      if (code == next_code || left_weight < settings_.smallest_leaf) continue;
      const double right_weight = weight - left_weight, right_sum = sum - left_sum;
      if (right_weight < settings_.smallest_leaf) return;
      const double gain =
          left_sum * left_sum / left_weight + right_sum * right_sum / right_weight - whole;
      if (gain > best.gain) best = {feature, code, next_code, gain};
    }
  }

  // Moves what goes left before what goes right in every order; where the right part begins.
  size_t Divide(const Part& part, const Split& split) {
    const auto& codes = features_.codes[split.feature];
    for (size_t i = part.begin; i < part.end; ++i) {
      const int row = orders_[split.feature][i];
      goes_left_[row] = codes[row] <= split.code ? 1 : 0;
    }
    size_t middle = part.begin;
    right_.resize(part.end - part.begin);
    for (auto& order : orders_) {
      middle = part.begin;
      size_t right = 0;
      for (size_t i = part.begin; i < part.end; ++i) {
        const int row = order[i];
        // Both are written and one is kept: no branch to be guessed wrong.
        order[middle] = row;
        right_[right] = row;
        middle += goes_left_[row];
        right += 1 - goes_left_[row];
      }
      std::copy_n(right_.begin(), right, order.begin() + static_cast<std::ptrdiff_t>(middle));
    }
    return middle;
  }

  const CodedFeatures& features_;
  const std::vector<double>& targets_;
  const std::vector<int>& weights_;
  const TreeSettings settings_;
  std::vector<std::vector<int>> orders_;  // [feature]: rows
  std::vector<unsigned char> goes_left_;  // [row]
  std::vector<int> right_;
  RegressionTree tree_;
};

}  // namespace

RegressionTree FitRegressionTree(const CodedFeatures& features, const std::vector<double>& targets,
                                 const std::vector<int>& weights, const TreeSettings& settings) {
  return TreeBuilder(features, targets, weights, settings).Run();
}

}  // namespace qalam
