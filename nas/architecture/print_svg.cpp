#include <algorithm>

#include "nas/architecture/architecture_graph.h"
#include "nas/architecture/graph_layout.h"

namespace qalam::nas {

namespace {

// Lengths in pixels.
constexpr double kMargin = 24;
constexpr double kTitleHeight = 36;
constexpr double kBoxHeight = 30;

struct Style {
  const char* fill;
  const char* stroke;
};

// By what an operation does, so that a cell's character is seen at a glance.
Style StyleOf(const GraphVertex& vertex) {
  const auto has = [&](const char* word) { return vertex.label.find(word) != std::string::npos; };
  if (vertex.kind == VertexKind::kSum) return {"#ffffff", "#475569"};
  if (vertex.kind != VertexKind::kOperation) return {"#e2e8f0", "#475569"};
  if (has("skip") || has("identity")) return {"#f1f5f9", "#94a3b8"};
  if (has("pool") || has("reduction")) return {"#fef3c7", "#d97706"};
  if (has("dil")) return {"#dcfce7", "#16a34a"};
  if (has("sep") || has("depthwise")) return {"#dbeafe", "#2563eb"};
  return {"#ede9fe", "#7c3aed"};
}

std::string XmlEscaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      default:
        // XML has no place for control characters.
        if (static_cast<unsigned char>(c) >= ' ') escaped += c;
    }
  }
  return escaped;
}

double HalfHeight(const GraphVertex& vertex) {
  return vertex.kind == VertexKind::kSum ? kSumRadius : kBoxHeight / 2;
}

// A smooth curve through every place (a Catmull-Rom spline), upright at its ends.
std::string DrawLink(std::vector<Place> way, const GraphVertex& source, const GraphVertex& target) {
  constexpr double kArrow = 7;
  way.front().y += HalfHeight(source);
  way.back().y -= HalfHeight(target) + kArrow;
  const auto slope = [&](size_t i) {  // sideways for each step down
    if (i == 0 || i + 1 == way.size()) return 0.0;
    return (way[i + 1].x - way[i - 1].x) / (way[i + 1].y - way[i - 1].y);
  };
  std::string path = fmt::format("M {:.1f} {:.1f}", way[0].x, way[0].y);
  for (size_t i = 1; i < way.size(); ++i) {
    const Place& from = way[i - 1];
    const Place& to = way[i];
    const double third = (to.y - from.y) / 3;
    path +=
        fmt::format(" C {:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}", from.x + third * slope(i - 1),
                    from.y + third, to.x - third * slope(i), to.y - third, to.x, to.y);
  }
  return fmt::format(
      "  <path d=\"{}\" fill=\"none\" stroke=\"#64748b\" stroke-width=\"1.4\" "
      "marker-end=\"url(#arrow)\"/>\n",
      path);
}

std::string DrawVertex(const GraphVertex& vertex, const Place& place, double width) {
  const Style style = StyleOf(vertex);
  const std::string paint =
      fmt::format("fill=\"{}\" stroke=\"{}\" stroke-width=\"1.4\"", style.fill, style.stroke);
  const std::string shape =
      vertex.kind == VertexKind::kSum
          ? fmt::format("  <circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{}\" {}/>\n", place.x, place.y,
                        kSumRadius, paint)
          : fmt::format(
                "  <rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"{}\" {}/>\n",
                place.x - width / 2, place.y - kBoxHeight / 2, width, kBoxHeight,
                vertex.kind == VertexKind::kOperation ? 6 : kBoxHeight / 2, paint);
  return shape + fmt::format("  <text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", place.x,
                             place.y + 4.5, XmlEscaped(vertex.label));
}

std::string DrawGraph(const ArchitectureGraph& graph, const GraphLayout& layout,
                      const LayoutSizes& sizes, double x) {
  std::string text =
      fmt::format("<g transform=\"translate({:.1f} {:.1f})\">\n", x, kMargin + kTitleHeight);
  text += fmt::format("  <text class=\"title\" x=\"{:.1f}\" y=\"-14\">{}</text>\n",
                      layout.width / 2, XmlEscaped(graph.name));
  for (size_t i = 0; i < graph.links.size(); ++i) {
    text += DrawLink(layout.links[i], graph.vertices[graph.links[i].source],
                     graph.vertices[graph.links[i].target]);
  }
  for (size_t i = 0; i < graph.vertices.size(); ++i) {
    text += DrawVertex(graph.vertices[i], layout.vertices[i], sizes.widths[i]);
  }
  return text + "</g>\n";
}

}  // namespace

std::string PrintSvg(const std::vector<ArchitectureGraph>& graphs) {
  std::string body;
  double x = kMargin, height = 0;
  for (const auto& graph : graphs) {
    const LayoutSizes sizes = SizesFor(graph);
    const GraphLayout layout = LayOut(graph, sizes);
    body += DrawGraph(graph, layout, sizes, x);
    x += layout.width + 2 * kMargin;
    height = std::max(height, layout.height);
  }
  const double width = std::max(x - kMargin, 2 * kMargin);
  const double total = height + 2 * kMargin + kTitleHeight;
  return fmt::format(
             "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
             "viewBox=\"0 0 {0:.0f} {1:.0f}\">\n"
             "<style>text {{ font: 13px sans-serif; text-anchor: middle; fill: #0f172a; }}\n"
             ".title {{ font: bold 16px sans-serif; }}</style>\n"
             "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"1\" refY=\"4\" "
             "markerWidth=\"6\" markerHeight=\"6\" orient=\"auto\">"
             "<path d=\"M 0 0 L 8 4 L 0 8 z\" fill=\"#64748b\"/></marker></defs>\n"
             "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
             width, total) +
         body + "</svg>\n";
}

}  // namespace qalam::nas
