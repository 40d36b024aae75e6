#include "nas/architecture/genotype.h"

#include <catch2/catch.hpp>

namespace qalam::nas {
namespace {

Genotype SmallGenotype() {
  Genotype genotype{.space = DartsSpace()};
  for (int node = 2; node < 6; ++node) {
    genotype.normal.push_back({node, 0, "skip_connection"});
    genotype.normal.push_back({node, node - 1, "separable_convolution_3x3"});
    genotype.reduction.push_back({node, 1, "max_pooling_3x3"});
  }
  return genotype;
}

TEST_CASE("edges are numbered without gaps, by node and then by source", "[nas]") {
  const auto space = GENERATE(DartsSpace(), NasBench201Space());
  int expected = 0;
  for (int node = space.input_nodes; node < space.input_nodes + space.computed_nodes; ++node) {
    for (int source = 0; source < node; ++source)
      CHECK(space.EdgeIndex(node, source) == expected++);
  }
  CHECK(space.edge_count() == expected);
}

TEST_CASE("a genotype comes back as it was printed", "[nas]") {
  const Genotype genotype = SmallGenotype();
  const auto read = ParseGenotype(PrintGenotype(genotype));
  REQUIRE(read.ok());
  CHECK(read->normal == genotype.normal);
  CHECK(read->reduction == genotype.reduction);
  CHECK(read->space.operations == genotype.space.operations);
  CHECK(read->space.kept_inputs == 2);
}

TEST_CASE("Katib's form lists each node's operations and sources", "[nas]") {
  CHECK(PrintKatibGenotype(SmallGenotype()) ==
        "Genotype(normal=[[('skip_connection',0),('separable_convolution_3x3',1)],"
        "[('skip_connection',0),('separable_convolution_3x3',2)],"
        "[('skip_connection',0),('separable_convolution_3x3',3)],"
        "[('skip_connection',0),('separable_convolution_3x3',4)]],normal_concat=range(2,6),"
        "reduce=[[('max_pooling_3x3',1)],[('max_pooling_3x3',1)],[('max_pooling_3x3',1)],"
        "[('max_pooling_3x3',1)]],reduce_concat=range(2,6))");
}

TEST_CASE("a genotype that makes no cell is refused in a sentence", "[nas]") {
  struct Case {
    int node, source;
    const char* operation;
    const char* message;
  };
  const std::vector<Case> cases = {{6, 0, "none", "an edge ends at node 6; should be 2 to 5"},
                                   {1, 0, "none", "an edge ends at node 1"},
                                   {3, 3, "skip_connection", "begins at node 3; should be 0 to 2"},
                                   {3, -1, "skip_connection", "begins at node -1"},
                                   {3, 1, "warp_9x9", "unknown operation warp_9x9"},
                                   {3, 0, "skip_connection", "two edges from node 0 to node 3"},
                                   {3, 1, "max_pooling_3x3", "3 edges lead to node 3; at most 2"}};
  for (const auto& [node, source, operation, message] : cases) {
    CAPTURE(message);
    Genotype genotype = SmallGenotype();
    genotype.normal.push_back({node, source, operation});
    const auto read = ParseGenotype(PrintGenotype(genotype));
    REQUIRE_FALSE(read.ok());
    CHECK(Message(read.status()).find(message) != std::string::npos);
  }
}

TEST_CASE("a genotype with a lost node or broken text is refused", "[nas]") {
  Genotype genotype = SmallGenotype();
  genotype.reduction.pop_back();
  CHECK(Message(CheckGenotype(genotype)) == "reduction cell: no edge leads to node 5");
  const std::string text = PrintGenotype(SmallGenotype());
  for (size_t length : {size_t{0}, size_t{1}, text.size() / 2, text.size() - 1}) {
    CHECK_FALSE(ParseGenotype(text.substr(0, length)).ok());
  }
}

}  // namespace
}  // namespace qalam::nas
