// An architecture as a graph to be drawn.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "nas/architecture/chain_architecture.h"
#include "nas/architecture/genotype.h"

namespace qalam::nas {

enum class VertexKind { kInput, kOperation, kSum, kOutput };
// "input", "operation" and so on.
std::string_view Name(VertexKind kind);

struct GraphVertex {
  VertexKind kind = VertexKind::kOperation;
  std::string label;  // e.g. "separable convolution 3x3"; of a sum, its node's number
};

// Everything flows from `source` to `target`, indices of vertices; there are no circles.
struct GraphLink {
  int source = 0, target = 0;
};

struct ArchitectureGraph {
  std::string name;  // "normal cell", "reduction cell", "cell" or "chain"
  std::vector<GraphVertex> vertices;
  std::vector<GraphLink> links;
};

// One for each kind of cell: inputs, an operation for each edge, a sum for each node, the output.
std::vector<ArchitectureGraph> GraphsOf(const Genotype& genotype);
// Layers with their parameters; where several outputs come in they are laid side by side.
ArchitectureGraph GraphOf(const ChainNetwork& chain);

// {"graphs": [{"name", "vertices": [{"id", "kind", "label"}], "links": [{"source", "target"}]}]}
std::string PrintGraphJson(const std::vector<ArchitectureGraph>& graphs);
// For Graphviz, each graph a cluster.
std::string PrintDot(const std::vector<ArchitectureGraph>& graphs);
// A picture by itself, made by LayOut; the graphs stand side by side.
std::string PrintSvg(const std::vector<ArchitectureGraph>& graphs);

}  // namespace qalam::nas
