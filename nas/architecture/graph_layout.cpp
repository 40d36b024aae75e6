#include "nas/architecture/graph_layout.h"

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace qalam::nas {

namespace {

// More sweeps change nothing visible.
constexpr int kOrderSweeps = 24;
constexpr int kPlacementSweeps = 40;

// A vertex, or the passage of a link through a row.
struct Slot {
  double width;
  std::vector<int> above, below;  // slots of the neighbouring rows that are linked with it
  double x = 0;
};

class LayeredLayout {
 public:
  LayeredLayout(const ArchitectureGraph& graph, const LayoutSizes& sizes)
      : graph_(graph), sizes_(sizes) {
    AssignRows();
    MakeSlots();
    OrderRows();
    PlaceSlots();
  }
  GraphLayout Result() const;

 private:
  void AssignRows();
  void MakeSlots();
  void OrderRows();
  void SortRow(size_t row, bool by_above);
  int64_t Crossings() const;
  void PlaceSlots();
  void PlaceRow(size_t row, bool by_above, bool by_below);
  double MeanOf(const std::vector<int>& neighbours, double fallback) const;

  const ArchitectureGraph& graph_;
  const LayoutSizes& sizes_;
  std::vector<int> row_of_;  // of each vertex
  std::vector<Slot> slots_;  // vertices first, then passages
  std::vector<std::vector<int>> rows_;
  std::vector<std::vector<int>> link_slots_;
};

// Each vertex as far down as its longest way from an input asks, then operations as near to what
// they lead to as they can be.
void LayeredLayout::AssignRows() {
  const size_t count = graph_.vertices.size();
  row_of_.assign(count, 0);
  for (size_t pass = 0; pass < count; ++pass) {
    bool changed = false;
    for (const auto& link : graph_.links) {
      if (row_of_[link.target] >= row_of_[link.source] + 1) continue;
      row_of_[link.target] = row_of_[link.source] + 1;
      changed = true;
    }
    if (!changed) break;
  }
  for (size_t vertex = 0; vertex < count; ++vertex) {
    if (graph_.vertices[vertex].kind != VertexKind::kOperation) continue;
    int nearest = -1;
    for (const auto& link : graph_.links) {
      if (link.source != static_cast<int>(vertex)) continue;
      nearest = nearest < 0 ? row_of_[link.target] : std::min(nearest, row_of_[link.target]);
    }
    if (nearest > 0) row_of_[vertex] = nearest - 1;
  }
}

void LayeredLayout::MakeSlots() {
  rows_.resize(*std::max_element(row_of_.begin(), row_of_.end()) + 1);
  for (size_t vertex = 0; vertex < row_of_.size(); ++vertex) {
    slots_.push_back({sizes_.widths[vertex], {}, {}});
    rows_[row_of_[vertex]].push_back(static_cast<int>(vertex));
  }
  for (const auto& link : graph_.links) {
    std::vector<int> path = {link.source};
    for (int row = row_of_[link.source] + 1; row < row_of_[link.target]; ++row) {
      path.push_back(static_cast<int>(slots_.size()));
      rows_[row].push_back(path.back());
      slots_.push_back({sizes_.link_width, {}, {}});
    }
    path.push_back(link.target);
    for (size_t i = 1; i < path.size(); ++i) {
      slots_[path[i - 1]].below.push_back(path[i]);
      slots_[path[i]].above.push_back(path[i - 1]);
    }
    link_slots_.push_back(std::move(path));
  }
}

double LayeredLayout::MeanOf(const std::vector<int>& neighbours, double fallback) const {
  if (neighbours.empty()) return fallback;
  double sum = 0;
  for (const int neighbour : neighbours) sum += slots_[neighbour].x;
  return sum / static_cast<double>(neighbours.size());
}

// By the means of the neighbours' places in their row, which `x` holds here.
void LayeredLayout::SortRow(size_t row, bool by_above) {
  std::vector<std::pair<double, int>> by_mean;
  for (const int slot : rows_[row]) {
    by_mean.push_back(
        {MeanOf(by_above ? slots_[slot].above : slots_[slot].below, slots_[slot].x), slot});
  }
  std::stable_sort(by_mean.begin(), by_mean.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (size_t i = 0; i < by_mean.size(); ++i) {
    rows_[row][i] = by_mean[i].second;
    slots_[by_mean[i].second].x = static_cast<double>(i);
  }
}

// How many pairs of `values` are in falling order; sorts them. Counted while merging, so that a row
// of thousands of links costs no more than sorting it.
int64_t SortInversions(std::vector<double>& values, std::vector<double>& space, size_t begin,
                       size_t end) {
  if (end - begin < 2) return 0;
  const size_t middle = begin + (end - begin) / 2;
  int64_t count =
      SortInversions(values, space, begin, middle) + SortInversions(values, space, middle, end);
  size_t left = begin, right = middle;
  for (size_t i = begin; i < end; ++i) {
    if (right == end || (left < middle && values[left] <= values[right])) {
      space[i] = values[left++];
    } else {
      count += static_cast<int64_t>(middle - left);
      space[i] = values[right++];
    }
  }
  std::copy(space.begin() + static_cast<std::ptrdiff_t>(begin),
            space.begin() + static_cast<std::ptrdiff_t>(end),
            values.begin() + static_cast<std::ptrdiff_t>(begin));
  return count;
}

int64_t LayeredLayout::Crossings() const {
  int64_t crossings = 0;
  for (size_t row = 0; row + 1 < rows_.size(); ++row) {
    std::vector<std::pair<double, double>> ends;  // of the links to the next row
    for (const int slot : rows_[row]) {
      for (const int below : slots_[slot].below) ends.push_back({slots_[slot].x, slots_[below].x});
    }
    // Two cross when they begin in one order and end in the other; links of one slot never do.
    std::sort(ends.begin(), ends.end());
    std::vector<double> targets, space(ends.size());
    for (const auto& [source, target] : ends) targets.push_back(target);
    crossings += SortInversions(targets, space, 0, targets.size());
  }
  return crossings;
}

void LayeredLayout::OrderRows() {
  for (auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) slots_[row[i]].x = static_cast<double>(i);
  }
  auto best = rows_;
  int64_t fewest = Crossings();
  for (int sweep = 0; sweep < kOrderSweeps && fewest > 0; ++sweep) {
    const bool downwards = sweep % 2 == 0;
    for (size_t i = 1; i < rows_.size(); ++i) {
      SortRow(downwards ? i : rows_.size() - 1 - i, downwards);
    }
    if (const int64_t crossings = Crossings(); crossings < fewest) {
      fewest = crossings;
      best = rows_;
    }
  }
  rows_ = best;
}

// Each slot as near to the mean of its neighbours as the others of the row let it: wishes that
// overlap are merged into blocks that stand at the mean of theirs.
void LayeredLayout::PlaceRow(size_t row, bool by_above, bool by_below) {
  struct Block {
    double sum;  // of the wishes for the block's first center
    int count;
    double begin() const { return sum / count; }
  };
  std::vector<Block> blocks;
  std::vector<double> offsets;  // of each slot's center from the row's first one, all being packed
  double offset = 0;
  for (size_t i = 0; i < rows_[row].size(); ++i) {
    const Slot& slot = slots_[rows_[row][i]];
    if (i > 0) offset += (slots_[rows_[row][i - 1]].width + slot.width) / 2 + sizes_.gap;
    offsets.push_back(offset);
    std::vector<int> neighbours;
    if (by_above) neighbours = slot.above;
    if (by_below) neighbours.insert(neighbours.end(), slot.below.begin(), slot.below.end());
    blocks.push_back({MeanOf(neighbours, slot.x) - offset, 1});
    while (blocks.size() > 1 && blocks[blocks.size() - 2].begin() > blocks.back().begin()) {
      const Block last = blocks.back();
      blocks.pop_back();
      blocks.back() = {blocks.back().sum + last.sum, blocks.back().count + last.count};
    }
  }
  size_t i = 0;
  for (const Block& block : blocks) {
    for (int k = 0; k < block.count; ++k, ++i) slots_[rows_[row][i]].x = block.begin() + offsets[i];
  }
}

void LayeredLayout::PlaceSlots() {
  for (size_t row = 0; row < rows_.size(); ++row) PlaceRow(row, false, false);
  for (int sweep = 0; sweep < kPlacementSweeps; ++sweep) {
    const bool last = sweep + 1 == kPlacementSweeps;
    for (size_t i = 0; i < rows_.size(); ++i) {
      const size_t row = sweep % 2 == 0 ? i : rows_.size() - 1 - i;
      PlaceRow(row, sweep % 2 == 0 || last, sweep % 2 == 1 || last);
    }
  }
}

GraphLayout LayeredLayout::Result() const {
  GraphLayout layout;
  double left = 1e300, right = -1e300;
  for (const Slot& slot : slots_) {
    left = std::min(left, slot.x - slot.width / 2);
    right = std::max(right, slot.x + slot.width / 2);
  }
  layout.width = right - left;
  layout.height = sizes_.row * static_cast<double>(rows_.size());
  std::vector<Place> places(slots_.size());
  for (size_t row = 0; row < rows_.size(); ++row) {
    for (const int slot : rows_[row]) {
      places[slot] = {slots_[slot].x - left, sizes_.row * (static_cast<double>(row) + 0.5)};
    }
  }
  layout.vertices.assign(places.begin(),
                         places.begin() + static_cast<std::ptrdiff_t>(row_of_.size()));
  for (const auto& path : link_slots_) {
    std::vector<Place> way;
    for (const int slot : path) way.push_back(places[slot]);
    layout.links.push_back(std::move(way));
  }
  return layout;
}

}  // namespace

LayoutSizes SizesFor(const ArchitectureGraph& graph) {
  constexpr double kLetterWidth = 7.2;  // a wide guess
  constexpr double kBoxPadding = 20;
  LayoutSizes sizes;
  for (const auto& vertex : graph.vertices) {
    sizes.widths.push_back(vertex.kind == VertexKind::kSum
                               ? 2 * kSumRadius
                               : kLetterWidth * static_cast<double>(vertex.label.size()) +
                                     kBoxPadding);
  }
  return sizes;
}

GraphLayout LayOut(const ArchitectureGraph& graph, const LayoutSizes& sizes) {
  if (graph.vertices.empty()) return {};
  return LayeredLayout(graph, sizes).Result();
}

}  // namespace qalam::nas
