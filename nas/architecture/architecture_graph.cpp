#include "nas/architecture/architecture_graph.h"

#include <algorithm>

namespace qalam::nas {

namespace {

int AddVertex(ArchitectureGraph& graph, VertexKind kind, std::string label) {
  graph.vertices.push_back({kind, std::move(label)});
  return static_cast<int>(graph.vertices.size()) - 1;
}

std::string Readable(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

ArchitectureGraph CellGraph(const CellSpace& space, const std::vector<CellEdge>& cell,
                            std::string name) {
  ArchitectureGraph graph{.name = std::move(name)};
  // Cells are counted back from this one.
  const std::vector<std::string> inputs = space.input_nodes == 2
                                              ? std::vector<std::string>{"cell k-2", "cell k-1"}
                                              : std::vector<std::string>{"cell k-1"};
  std::vector<int> nodes;
  for (const auto& input : inputs) nodes.push_back(AddVertex(graph, VertexKind::kInput, input));
  for (int i = 0; i < space.computed_nodes; ++i) {
    const int node = space.input_nodes + i;
    nodes.push_back(AddVertex(graph, VertexKind::kSum, std::to_string(node)));
    for (const auto& edge : cell) {
      if (edge.node != node) continue;
      const int operation = AddVertex(graph, VertexKind::kOperation, Readable(edge.operation));
      graph.links.push_back({nodes[edge.source], operation});
      graph.links.push_back({operation, nodes[node]});
    }
  }
  const int output = AddVertex(graph, VertexKind::kOutput, "cell k");
  const int first = space.output == CellOutput::kLastNode
                        ? space.input_nodes + space.computed_nodes - 1
                        : space.input_nodes;
  for (int node = first; node < space.input_nodes + space.computed_nodes; ++node) {
    graph.links.push_back({nodes[node], output});
  }
  return graph;
}

// "convolution 3x3, 32 filters", "max pooling 2x2".
std::string LayerLabel(const ChainOperation& operation) {
  std::string kind = Readable(operation.type), window, rest;
  for (const auto& [name, value] : operation.parameters.items()) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    if (name == "reduction_type") {
      kind = Readable(text);
    } else if (name == "filter_size" || name == "pool_size") {
      window = fmt::format(" {0}x{0}", text);
    } else if (name == "num_filter") {
      rest += fmt::format(", {} filters", text);
    } else if (text != "1") {  // a stride or a depth of 1 changes nothing
      rest += fmt::format(", {} {}", Readable(name), Readable(text));
    }
  }
  return kind + window + rest;
}

}  // namespace

std::vector<ArchitectureGraph> GraphsOf(const Genotype& genotype) {
  if (!genotype.space.has_reduction_cell()) {
    return {CellGraph(genotype.space, genotype.normal, "cell")};
  }
  return {CellGraph(genotype.space, genotype.normal, "normal cell"),
          CellGraph(genotype.space, genotype.reduction, "reduction cell")};
}

ArchitectureGraph GraphOf(const ChainNetwork& chain) {
  ArchitectureGraph graph{.name = "chain"};
  std::vector<int> nodes = {AddVertex(graph, VertexKind::kInput,
                                      fmt::format("images {}", fmt::join(chain.input_sizes, "x")))};
  for (size_t i = 0; i < chain.layers.size(); ++i) {
    const auto& layer = chain.layers[i];
    const int vertex = AddVertex(graph, VertexKind::kOperation,
                                 fmt::format("{}: {}", i + 1, LayerLabel(layer.operation)));
    graph.links.push_back({nodes[i], vertex});
    for (size_t k = 0; k < i; ++k) {
      if (layer.skips[k]) graph.links.push_back({nodes[k], vertex});
    }
    nodes.push_back(vertex);
  }
  const int output =
      AddVertex(graph, VertexKind::kOutput, fmt::format("{} classes", chain.output_sizes.back()));
  graph.links.push_back({nodes.back(), output});
  return graph;
}

}  // namespace qalam::nas
