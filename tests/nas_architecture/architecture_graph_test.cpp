#include "nas/architecture/architecture_graph.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "nas/architecture/cell_code.h"
#include "nas/architecture/graph_layout.h"

namespace qalam::nas {
namespace {

ChainNetwork SmallChain() {
  ChainNetwork chain{.input_sizes = {8, 8, 1}, .output_sizes = {10}};
  chain.layers = {
      {{"convolution", {{"filter_size", "3"}, {"num_filter", "32"}}}, {}},
      {{"reduction", {{"reduction_type", "max_pooling"}, {"pool_size", 2}}}, {true}},
      {{"separable_convolution", {{"filter_size", "5"}}}, {true, false}},
  };
  return chain;
}

std::vector<ArchitectureGraph> SomeGraphs() {
  std::vector<ArchitectureGraph> graphs = {GraphOf(SmallChain())};
  for (int i = 0; i < 10; ++i) {
    for (const auto& space : {DartsSpace(), NasBench201Space()}) {
      for (auto& graph : GraphsOf(RandomGenotype(space, 5, i))) graphs.push_back(std::move(graph));
    }
  }
  return graphs;
}

TEST_CASE("a cell's graph has a vertex for each input, edge, node and the output", "[nas]") {
  const Genotype genotype = RandomGenotype(DartsSpace(), 1, 0);
  const auto graphs = GraphsOf(genotype);
  REQUIRE(graphs.size() == 2);
  CHECK(graphs[0].name == "normal cell");
  CHECK(graphs[0].vertices.size() == 2 + 8 + 4 + 1);
  CHECK(graphs[0].links.size() == 2 * 8 + 4);
}

TEST_CASE("a chain's graph has a link to each layer and one for each skip", "[nas]") {
  const auto graph = GraphOf(SmallChain());
  CHECK(graph.vertices.size() == 5);
  CHECK(graph.links.size() == 4 + 2);
  CHECK(graph.vertices[1].label == "1: convolution 3x3, 32 filters");
  CHECK(graph.vertices[2].label == "2: max pooling 2x2");
}

TEST_CASE("in a layout links go down and nothing overlaps", "[nas]") {
  for (const auto& graph : SomeGraphs()) {
    LayoutSizes sizes;
    for (const auto& vertex : graph.vertices) {
      sizes.widths.push_back(20 + 5 * static_cast<double>(vertex.label.size()));
    }
    const GraphLayout layout = LayOut(graph, sizes);
    for (size_t i = 0; i < layout.vertices.size(); ++i) {
      const Place& place = layout.vertices[i];
      CHECK(place.x - sizes.widths[i] / 2 > -1e-6);
      CHECK(place.x + sizes.widths[i] / 2 < layout.width + 1e-6);
      for (size_t j = 0; j < i; ++j) {
        if (layout.vertices[j].y != place.y) continue;
        CHECK(std::abs(layout.vertices[j].x - place.x) >=
              (sizes.widths[i] + sizes.widths[j]) / 2 + sizes.gap - 1e-6);
      }
    }
    for (size_t i = 0; i < layout.links.size(); ++i) {
      const auto& way = layout.links[i];
      CHECK(way.front().x == layout.vertices[graph.links[i].source].x);
      CHECK(way.back().x == layout.vertices[graph.links[i].target].x);
      for (size_t k = 1; k < way.size(); ++k) CHECK(way[k].y == Approx(way[k - 1].y + sizes.row));
    }
  }
}

TEST_CASE("links that need not cross do not", "[nas]") {
  // Two chains side by side, given in an order that crosses.
  ArchitectureGraph graph{.name = "two"};
  for (int i = 0; i < 6; ++i) graph.vertices.push_back({VertexKind::kOperation, "v"});
  graph.links = {{0, 3}, {1, 2}, {3, 4}, {2, 5}};
  const auto layout = LayOut(graph, {.widths = std::vector<double>(6, 10)});
  const auto& at = layout.vertices;
  CHECK((at[0].x < at[1].x) == (at[3].x < at[2].x));
  CHECK((at[3].x < at[2].x) == (at[4].x < at[5].x));
}

TEST_CASE("a graph is printed as JSON, DOT and SVG", "[nas]") {
  auto graphs = GraphsOf(RandomGenotype(DartsSpace(), 1, 0));
  graphs[0].vertices[0].label = "a \"<b>\" & c";
  const auto json = nlohmann::json::parse(PrintGraphJson(graphs));
  CHECK(json["graphs"].size() == 2);
  CHECK(json["graphs"][0]["vertices"].size() == graphs[0].vertices.size());
  CHECK(json["graphs"][0]["vertices"][0]["label"] == "a \"<b>\" & c");
  CHECK(json["graphs"][0]["links"][0]["target"] == graphs[0].links[0].target);

  const std::string dot = PrintDot(graphs);
  CHECK(dot.find("label=\"a \\\"<b>\\\" & c\"") != std::string::npos);
  size_t arrows = 0;
  for (size_t at = dot.find("->"); at != std::string::npos; at = dot.find("->", at + 1)) ++arrows;
  CHECK(arrows == graphs[0].links.size() + graphs[1].links.size());

  const std::string svg = PrintSvg(graphs);
  CHECK(svg.find("<b>") == std::string::npos);
  CHECK(svg.find("&lt;b&gt;") != std::string::npos);
  CHECK(svg.rfind("</svg>") == svg.size() - 7);
}

}  // namespace
}  // namespace qalam::nas
