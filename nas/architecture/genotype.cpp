#include "nas/architecture/genotype.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace qalam::nas {

namespace {

using Json = nlohmann::json;

constexpr int kFormat = 1;
Status CheckCell(const CellSpace& space, const std::vector<CellEdge>& cell, const char* name) {
  std::set<std::pair<int, int>> seen;
  std::vector<int> edges(space.computed_nodes, 0);
  for (const auto& edge : cell) {
    const int nodes = space.input_nodes + space.computed_nodes;
    if (edge.node < space.input_nodes || edge.node >= nodes) {
      return InvalidArgument("{} cell: an edge ends at node {}; should be {} to {}", name,
                             edge.node, space.input_nodes, nodes - 1);
    }
    if (edge.source < 0 || edge.source >= edge.node) {
      return InvalidArgument("{} cell: an edge to node {} begins at node {}; should be 0 to {}",
                             name, edge.node, edge.source, edge.node - 1);
    }
    if (std::find(space.operations.begin(), space.operations.end(), edge.operation) ==
        space.operations.end()) {
      return InvalidArgument("{} cell: unknown operation {}; the space {} has {}", name,
                             edge.operation, space.name, fmt::join(space.operations, ", "));
    }
    if (!seen.insert({edge.node, edge.source}).second) {
      return InvalidArgument("{} cell: two edges from node {} to node {}", name, edge.source,
                             edge.node);
    }
    ++edges[edge.node - space.input_nodes];
  }
  for (int i = 0; i < space.computed_nodes && space.kept_inputs > 0; ++i) {
    if (edges[i] == 0) {
      return InvalidArgument("{} cell: no edge leads to node {}", name, i + space.input_nodes);
    }
    if (edges[i] > space.kept_inputs) {
      return InvalidArgument("{} cell: {} edges lead to node {}; at most {} are kept", name,
                             edges[i], i + space.input_nodes, space.kept_inputs);
    }
  }
  return {};
}

Json PrintCell(const std::vector<CellEdge>& cell) {
  Json edges = Json::array();
  for (const auto& edge : cell) {
    edges.push_back({{"node", edge.node}, {"source", edge.source}, {"operation", edge.operation}});
  }
  return edges;
}

std::vector<CellEdge> ReadCell(const Json& edges) {
  std::vector<CellEdge> cell;
  for (const Json& edge : edges) {
    cell.push_back({edge.at("node").get<int>(), edge.at("source").get<int>(),
                    edge.at("operation").get<std::string>()});
  }
  SortEdges(cell);
  return cell;
}

// Throws what the JSON library throws.
Genotype ReadGenotype(const Json& json) {
  Genotype genotype;
  CellSpace& space = genotype.space;
  space.name = json.at("space").get<std::string>();
  space.operations = json.at("operations").get<std::vector<std::string>>();
  space.input_nodes = json.at("inputNodes").get<int>();
  space.computed_nodes = json.at("computedNodes").get<int>();
  space.kept_inputs = json.at("keptInputs").get<int>();
  space.output = json.at("output").get<std::string>() == "lastNode" ? CellOutput::kLastNode
                                                                    : CellOutput::kConcatenation;
  space.reduction =
      json.contains("reduction") ? Reduction::kSearchedCell : Reduction::kResidualBlock;
  genotype.normal = ReadCell(json.at("normal"));
  if (space.has_reduction_cell()) genotype.reduction = ReadCell(json.at("reduction"));
  return genotype;
}

std::string PrintKatibCell(const CellSpace& space, const std::vector<CellEdge>& cell) {
  std::vector<std::string> nodes(space.computed_nodes);
  for (const auto& edge : cell) {
    std::string& node = nodes[edge.node - space.input_nodes];
    node += fmt::format("{}('{}',{})", node.empty() ? "" : ",", edge.operation, edge.source);
  }
  std::string text;
  for (const auto& node : nodes) text += fmt::format("{}[{}]", text.empty() ? "" : ",", node);
  return "[" + text + "]";
}

}  // namespace

void SortEdges(std::vector<CellEdge>& cell) {
  std::sort(cell.begin(), cell.end(), [](const CellEdge& a, const CellEdge& b) {
    return std::pair(a.node, a.source) < std::pair(b.node, b.source);
  });
}

Status CheckGenotype(const Genotype& genotype) {
  RETURN_IF_ERROR(CheckCellSpace(genotype.space));
  RETURN_IF_ERROR(CheckCell(genotype.space, genotype.normal, "normal"));
  if (genotype.space.has_reduction_cell()) {
    return CheckCell(genotype.space, genotype.reduction, "reduction");
  }
  return {};
}

std::string PrintGenotype(const Genotype& genotype) {
  const CellSpace& space = genotype.space;
  Json json = {{"format", kFormat},
               {"space", space.name},
               {"operations", space.operations},
               {"inputNodes", space.input_nodes},
               {"computedNodes", space.computed_nodes},
               {"keptInputs", space.kept_inputs},
               {"output", space.output == CellOutput::kLastNode ? "lastNode" : "concatenation"},
               {"normal", PrintCell(genotype.normal)}};
  if (space.has_reduction_cell()) json["reduction"] = PrintCell(genotype.reduction);
  return json.dump();
}

StatusOr<Genotype> ParseGenotype(const std::string& text) {
  if (text.size() > kMostGenotypeBytes)
    return InvalidArgument("a genotype of over {} bytes", kMostGenotypeBytes);
  Genotype genotype;
  try {
    const Json json = Json::parse(text);
    if (const int format = json.at("format").get<int>(); format != kFormat) {
      return InvalidArgument("a genotype of format {}; this version reads {}", format, kFormat);
    }
    genotype = ReadGenotype(json);
  } catch (const Json::exception& error) {
    return InvalidArgument("not a genotype: {}", error.what());
  }
  RETURN_IF_ERROR(CheckGenotype(genotype));
  return genotype;
}

std::string PrintKatibGenotype(const Genotype& genotype) {
  const CellSpace& space = genotype.space;
  const std::string concat =
      fmt::format("range({},{})", space.input_nodes, space.input_nodes + space.computed_nodes);
  std::string text = fmt::format("Genotype(normal={},normal_concat={}",
                                 PrintKatibCell(space, genotype.normal), concat);
  if (space.has_reduction_cell()) {
    text += fmt::format(",reduce={},reduce_concat={}", PrintKatibCell(space, genotype.reduction),
                        concat);
  }
  return text + ")";
}

}  // namespace qalam::nas
