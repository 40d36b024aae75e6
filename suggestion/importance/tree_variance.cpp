#include "suggestion/importance/tree_variance.h"

#include <algorithm>
#include <cstdint>

namespace qalam {

namespace {

// The cells that a tree's thresholds cut one feature's [0, 1] into.
struct Axis {
  std::vector<double> ends;  // 0, the thresholds, 1
  double Width(size_t cell) const { return ends[cell + 1] - ends[cell]; }
  size_t cells() const { return ends.size() - 1; }
  size_t Boundary(double threshold) const {
    return std::lower_bound(ends.begin(), ends.end(), threshold) - ends.begin();
  }
};

// Where a leaf is narrower than the cube: cells [begin, end) of a feature.
struct Side {
  int feature = 0;
  size_t begin = 0, end = 0;
  double width = 1;
};

struct Leaf {
  double value = 0, volume = 1;
  std::vector<Side> sides;  // by feature
};

std::vector<Axis> MakeAxes(const RegressionTree& tree, size_t features) {
  std::vector<Axis> axes(features, Axis{{0.0, 1.0}});
  for (const auto& node : tree.nodes) {
    if (node.feature >= 0) axes[node.feature].ends.push_back(node.threshold);
  }
  for (auto& axis : axes) {
    std::sort(axis.ends.begin(), axis.ends.end());
    axis.ends.erase(std::unique(axis.ends.begin(), axis.ends.end()), axis.ends.end());
  }
  return axes;
}

class LeafCollector {
 public:
  LeafCollector(const RegressionTree& tree, const std::vector<Axis>& axes)
      : tree_(tree), axes_(axes), box_(axes.size()) {
    for (size_t f = 0; f < axes.size(); ++f) box_[f] = {0, axes[f].cells()};
    Visit(0);
  }
  std::vector<Leaf> Take() { return std::move(leaves_); }

 private:
  void Visit(int index) {
    const auto& node = tree_.nodes[index];
    if (node.feature < 0) {
      AddLeaf(node.value);
      return;
    }
    auto& [begin, end] = box_[node.feature];
    const size_t boundary = axes_[node.feature].Boundary(node.threshold);
    const size_t old_begin = begin, old_end = end;
    path_.push_back(node.feature);
    end = boundary;
    Visit(node.left);
    box_[node.feature] = {boundary, old_end};
    Visit(node.right);
    box_[node.feature] = {old_begin, old_end};
    path_.pop_back();
  }

  void AddLeaf(double value) {
    Leaf leaf{.value = value};
    std::vector<int> features = path_;
    std::sort(features.begin(), features.end());
    features.erase(std::unique(features.begin(), features.end()), features.end());
    for (const int f : features) {
      const auto [begin, end] = box_[f];
      const double width = axes_[f].ends[end] - axes_[f].ends[begin];
      leaf.sides.push_back({f, begin, end, width});
      leaf.volume *= width;
    }
    leaves_.push_back(std::move(leaf));
  }

  const RegressionTree& tree_;
  const std::vector<Axis>& axes_;
  std::vector<std::pair<size_t, size_t>> box_;
  std::vector<int> path_;
  std::vector<Leaf> leaves_;
};

// The variance of the mean given one feature. Leaves that it does not cut are the same everywhere
// on it, and so drop out.
std::vector<double> FeatureVariances(const std::vector<Leaf>& leaves,
                                     const std::vector<Axis>& axes) {
  // Of what the cut leaves bring to each cell, the change from the cell before.
  std::vector<std::vector<double>> changes(axes.size());
  for (size_t f = 0; f < axes.size(); ++f) changes[f].assign(axes[f].cells() + 1, 0);
  for (const auto& leaf : leaves) {
    for (const auto& side : leaf.sides) {
      const double height = leaf.value * leaf.volume / side.width;
      changes[side.feature][side.begin] += height;
      changes[side.feature][side.end] -= height;
    }
  }
  std::vector<double> variances(axes.size(), 0);
  for (size_t f = 0; f < axes.size(); ++f) {
    double height = 0, mean = 0, square = 0;
    for (size_t cell = 0; cell < axes[f].cells(); ++cell) {
      height += changes[f][cell];
      mean += height * axes[f].Width(cell);
      square += height * height * axes[f].Width(cell);
    }
    variances[f] = std::max(0.0, square - mean * mean);
  }
  return variances;
}

// A box over two features and what a leaf brings there.
struct Rectangle {
  Side first, second;
  double height = 0;
};

// What remains of the rectangles' sum when its means along either feature are taken away: the only
// leaves that bring anything to the interaction are those that both features cut.
double InteractionVariance(const std::vector<Rectangle>& rectangles, const Axis& first,
                           const Axis& second) {
  const size_t rows = first.cells(), columns = second.cells(), stride = columns + 1;
  std::vector<double> changes((rows + 1) * stride, 0);
  for (const auto& r : rectangles) {
    changes[r.first.begin * stride + r.second.begin] += r.height;
    changes[r.first.begin * stride + r.second.end] -= r.height;
    changes[r.first.end * stride + r.second.begin] -= r.height;
    changes[r.first.end * stride + r.second.end] += r.height;
  }
  std::vector<double> column_changes(columns, 0), column_means(columns, 0);
  double square = 0, row_square = 0, mean = 0;
  for (size_t i = 0; i < rows; ++i) {
    double height = 0, row_mean = 0, cells_square = 0;
    for (size_t j = 0; j < columns; ++j) {
      column_changes[j] += changes[i * stride + j];
      height += column_changes[j];
      const double part = height * second.Width(j);
      row_mean += part;
      cells_square += height * part;
      column_means[j] += height * first.Width(i);
    }
    square += cells_square * first.Width(i);
    row_square += row_mean * row_mean * first.Width(i);
    mean += row_mean * first.Width(i);
  }
  double column_square = 0;
  for (size_t j = 0; j < columns; ++j) {
    column_square += column_means[j] * column_means[j] * second.Width(j);
  }
  return std::max(0.0, square - row_square - column_square + mean * mean);
}

// The axis with those boundaries alone at which a rectangle begins or ends, and the rectangles'
// places on it: a pair of features shares few of the boundaries.
Axis Coarsen(const Axis& axis, std::vector<Rectangle>& rectangles, Side Rectangle::*side) {
  std::vector<size_t> used(axis.ends.size(), 0);
  used.front() = used.back() = 1;
  for (const auto& r : rectangles) used[(r.*side).begin] = used[(r.*side).end] = 1;
  Axis coarse;
  for (size_t i = 0; i < used.size(); ++i) {
    const bool keep = used[i] != 0;
    used[i] = coarse.ends.size();
    if (keep) coarse.ends.push_back(axis.ends[i]);
  }
  for (auto& r : rectangles) {
    (r.*side).begin = used[(r.*side).begin];
    (r.*side).end = used[(r.*side).end];
  }
  return coarse;
}

}  // namespace

TreeVariance DecomposeVariance(const RegressionTree& tree, size_t features,
                               const std::vector<bool>& in_pairs) {
  const auto axes = MakeAxes(tree, features);
  const auto leaves = LeafCollector(tree, axes).Take();
  TreeVariance variance;
  double mean = 0, square = 0;
  for (const auto& leaf : leaves) {
    mean += leaf.value * leaf.volume;
    square += leaf.value * leaf.value * leaf.volume;
  }
  variance.total = std::max(0.0, square - mean * mean);
  variance.features = FeatureVariances(leaves, axes);

  std::map<std::pair<int, int>, std::vector<Rectangle>> by_pair;
  for (const auto& leaf : leaves) {
    for (size_t a = 0; a < leaf.sides.size(); ++a) {
      if (!in_pairs[leaf.sides[a].feature]) continue;
      for (size_t b = a + 1; b < leaf.sides.size(); ++b) {
        if (!in_pairs[leaf.sides[b].feature]) continue;
        const Side &first = leaf.sides[a], &second = leaf.sides[b];
        by_pair[{first.feature, second.feature}].push_back(
            {first, second, leaf.value * leaf.volume / (first.width * second.width)});
      }
    }
  }
  for (auto& [pair, rectangles] : by_pair) {
    const Axis first = Coarsen(axes[pair.first], rectangles, &Rectangle::first);
    const Axis second = Coarsen(axes[pair.second], rectangles, &Rectangle::second);
    variance.pairs[pair] = InteractionVariance(rectangles, first, second);
  }
  return variance;
}

}  // namespace qalam
