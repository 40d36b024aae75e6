#include <catch2/catch.hpp>

#include "nas/architecture/cell_code.h"
#include "nas/architecture/genotype.h"

namespace qalam::nas {
namespace {

TEST_CASE("what is printed in Katib's form is read back", "[nas]") {
  const auto space = GENERATE(DartsSpace(), NasBench201Space());
  for (int i = 0; i < 20; ++i) {
    const Genotype genotype = RandomGenotype(space, 3, i);
    if (genotype.normal.empty()) continue;  // all edges none
    const auto read = ParseKatibGenotype(PrintKatibGenotype(genotype));
    CAPTURE(PrintKatibGenotype(genotype));
    REQUIRE(read.ok());
    CHECK(read->normal == genotype.normal);
    CHECK(read->reduction == genotype.reduction);
    CHECK(read->space.input_nodes == space.input_nodes);
    CHECK(read->space.computed_nodes == space.computed_nodes);
    CHECK(read->space.kept_inputs == space.kept_inputs);
  }
}

TEST_CASE("the flat form of DARTS' code, as Python prints it, is read", "[nas]") {
  const auto read = ParseKatibGenotype(
      "Genotype(normal=[('sep_conv_3x3', 0), ('sep_conv_3x3', 1), (\"skip_connect\", 0), "
      "('dil_conv_5x5', 2)], normal_concat=[2, 3], reduce=[('max_pool_3x3', 0), "
      "('max_pool_3x3', 1), ('skip_connect', 2), ('max_pool_3x3', 1)], reduce_concat=range(2, 4))");
  REQUIRE(read.ok());
  CHECK(read->space.computed_nodes == 2);
  CHECK(read->space.kept_inputs == 2);
  CHECK(read->normal.back() == CellEdge{3, 2, "dil_conv_5x5"});
  CHECK(read->reduction.back() == CellEdge{3, 2, "skip_connect"});
}

TEST_CASE("a broken genotype is refused with the place", "[nas]") {
  const std::string text = PrintKatibGenotype(RandomGenotype(DartsSpace(), 1, 1));
  for (size_t length = 0; length < text.size(); ++length) {
    CAPTURE(length);
    CHECK_FALSE(ParseKatibGenotype(text.substr(0, length)).ok());
  }
  CHECK(Message(ParseKatibGenotype("Genotype(normal=[[('a' 0)]]").status()) ==
        "not a genotype: , expected at character 24");
  // A node that does not exist yet.
  CHECK_FALSE(
      ParseKatibGenotype("Genotype(normal=[[('skip_connect',5)]],normal_concat=range(1,2))").ok());
}

}  // namespace
}  // namespace qalam::nas
