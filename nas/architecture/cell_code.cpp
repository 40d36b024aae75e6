#include "nas/architecture/cell_code.h"

#include <algorithm>

namespace qalam::nas {

namespace {

int KeptInto(const CellSpace& space, int node) { return std::min(space.kept_inputs, node); }

int CellCount(const CellSpace& space) { return space.has_reduction_cell() ? 2 : 1; }

// The edges into `node`, `next` moving on over the choices.
std::vector<CellEdge> DecodeNode(const CellSpace& space, int node,
                                 std::vector<int>::const_iterator& next) {
  std::vector<CellEdge> edges;
  if (space.kept_inputs == 0) {
    for (int source = 0; source < node; ++source) {
      const std::string& operation = space.operations[*next++];
      if (operation != "none") edges.push_back({node, source, operation});
    }
    return edges;
  }
  const std::vector<std::string> names = space.RealOperations();
  std::vector<int> sources(node);
  for (int i = 0; i < node; ++i) sources[i] = i;
  for (int i = 0; i < KeptInto(space, node); ++i) {
    const int source = *next++;
    edges.push_back({node, sources[source], names[*next++]});
    sources.erase(sources.begin() + source);
  }
  std::sort(edges.begin(), edges.end(),
            [](const CellEdge& a, const CellEdge& b) { return a.source < b.source; });
  return edges;
}

}  // namespace

std::vector<int> CellChoiceCounts(const CellSpace& space) {
  std::vector<int> counts;
  const int nodes = space.input_nodes + space.computed_nodes;
  for (int cell = 0; cell < CellCount(space); ++cell) {
    for (int node = space.input_nodes; node < nodes; ++node) {
      if (space.kept_inputs == 0) {
        counts.insert(counts.end(), node, static_cast<int>(space.operations.size()));
      }
      for (int i = 0; i < KeptInto(space, node); ++i) {
        counts.push_back(node - i);
        counts.push_back(static_cast<int>(space.RealOperations().size()));
      }
    }
  }
  return counts;
}

Genotype DecodeCells(const CellSpace& space, const std::vector<int>& choices) {
  Genotype genotype{space, {}, {}};
  auto next = choices.begin();
  for (int cell = 0; cell < CellCount(space); ++cell) {
    auto& edges = cell == 0 ? genotype.normal : genotype.reduction;
    for (int node = space.input_nodes; node < space.input_nodes + space.computed_nodes; ++node) {
      const std::vector<CellEdge> into = DecodeNode(space, node, next);
      edges.insert(edges.end(), into.begin(), into.end());
    }
  }
  return genotype;
}

Genotype DrawCells(const CellSpace& space, RandomStream& stream) {
  std::vector<int> choices;
  for (const int count : CellChoiceCounts(space)) {
    choices.push_back(static_cast<int>(stream.UniformInt(count)));
  }
  return DecodeCells(space, choices);
}

Genotype RandomGenotype(const CellSpace& space, uint64_t seed, int64_t index) {
  RandomStream stream(seed, index, "nas.random-genotype");
  return DrawCells(space, stream);
}

}  // namespace qalam::nas
