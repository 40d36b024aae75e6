#include "nas/architecture/cell_space.h"

#include <algorithm>
#include <set>

namespace qalam::nas {

namespace {

// A cell of more nodes than any published one; the edges grow with the square.
constexpr int kMostNodes = 16;
constexpr size_t kMostOperations = 64;

}  // namespace

int CellSpace::edge_count() const {
  return computed_nodes * input_nodes + computed_nodes * (computed_nodes - 1) / 2;
}

int CellSpace::EdgeIndex(int node, int source) const {
  const int before = node - input_nodes;  // computed nodes before this one
  return before * input_nodes + before * (before - 1) / 2 + source;
}

std::vector<std::string> CellSpace::RealOperations() const {
  std::vector<std::string> names = operations;
  names.erase(std::remove(names.begin(), names.end(), "none"), names.end());
  return names;
}

StatusOr<CellSpace> FindCellSpace(const std::string& name) {
  for (const CellSpace& space : {DartsSpace(), NasBench201Space()}) {
    if (space.name == name) return space;
  }
  return InvalidArgument("unknown space of cells {}; should be darts or nas-bench-201", name);
}

Status CheckCellSpace(const CellSpace& space) {
  if (space.operations.empty()) {
    return InvalidArgument("space {}: at least one operation is needed", space.name);
  }
  if (space.operations.size() > kMostOperations) {
    return InvalidArgument("space {}: {} operations; at most {} are allowed", space.name,
                           space.operations.size(), kMostOperations);
  }
  std::set<std::string> seen;
  for (const auto& operation : space.operations) {
    if (!seen.insert(operation).second) {
      return InvalidArgument("space {}: the operation {} is named twice", space.name, operation);
    }
  }
  if (seen.size() == 1 && seen.count("none") == 1) {
    return InvalidArgument("space {}: none alone makes no cell", space.name);
  }
  if (space.input_nodes < 1 || space.input_nodes > 2) {
    return InvalidArgument("space {}: input_nodes should be 1 or 2, not {}", space.name,
                           space.input_nodes);
  }
  if (space.computed_nodes < 1 || space.computed_nodes > kMostNodes) {
    return InvalidArgument("space {}: computed_nodes should be 1 to {}, not {}", space.name,
                           kMostNodes, space.computed_nodes);
  }
  if (space.kept_inputs < 0) {
    return InvalidArgument("space {}: kept_inputs should be 0 or more", space.name);
  }
  return {};
}

}  // namespace qalam::nas
