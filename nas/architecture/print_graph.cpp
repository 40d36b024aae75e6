// Graphs as text for other programs.
#include <nlohmann/json.hpp>

#include "nas/architecture/architecture_graph.h"

namespace qalam::nas {

std::string_view Name(VertexKind kind) {
  switch (kind) {
    case VertexKind::kInput:
      return "input";
    case VertexKind::kOperation:
      return "operation";
    case VertexKind::kSum:
      return "sum";
    case VertexKind::kOutput:
      return "output";
  }
  return "";
}

namespace {

// In DOT's double quotes.
std::string DotQuoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

}  // namespace

std::string PrintGraphJson(const std::vector<ArchitectureGraph>& graphs) {
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  for (const auto& graph : graphs) {
    nlohmann::ordered_json vertices = nlohmann::ordered_json::array();
    nlohmann::ordered_json links = nlohmann::ordered_json::array();
    for (size_t i = 0; i < graph.vertices.size(); ++i) {
      vertices.push_back(
          {{"id", i}, {"kind", Name(graph.vertices[i].kind)}, {"label", graph.vertices[i].label}});
    }
    for (const auto& link : graph.links) {
      links.push_back({{"source", link.source}, {"target", link.target}});
    }
    all.push_back({{"name", graph.name}, {"vertices", vertices}, {"links", links}});
  }
  return nlohmann::ordered_json{{"graphs", all}}.dump(
             2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
         "\n";
}

std::string PrintDot(const std::vector<ArchitectureGraph>& graphs) {
  std::string text = "digraph architecture {\n  node [fontname=\"sans-serif\"];\n";
  for (size_t g = 0; g < graphs.size(); ++g) {
    text += fmt::format("  subgraph cluster_{} {{\n    label={};\n", g, DotQuoted(graphs[g].name));
    const auto& vertices = graphs[g].vertices;
    for (size_t i = 0; i < vertices.size(); ++i) {
      const char* shape = vertices[i].kind == VertexKind::kSum         ? "circle"
                          : vertices[i].kind == VertexKind::kOperation ? "box"
                                                                       : "ellipse";
      text += fmt::format("    v{}_{} [label={}, shape={}];\n", g, i, DotQuoted(vertices[i].label),
                          shape);
    }
    for (const auto& link : graphs[g].links) {
      text += fmt::format("    v{0}_{1} -> v{0}_{2};\n", g, link.source, link.target);
    }
    text += "  }\n";
  }
  return text + "}\n";
}

}  // namespace qalam::nas
