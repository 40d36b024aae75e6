#include "nas/architecture/edge_parameters.h"

#include <catch2/catch.hpp>
#include <set>

#include "nas/architecture/cell_code.h"

namespace qalam::nas {
namespace {

TEST_CASE("NAS-Bench-201 is six parameters of five operations", "[nas]") {
  const auto parameters = EdgeParameters(NasBench201Space());
  std::vector<std::string> names;
  for (const auto& parameter : parameters) {
    names.push_back(parameter.name);
    CHECK(parameter.values == NasBench201Space().operations);
  }
  CHECK(names == std::vector<std::string>{"edge_1_0", "edge_2_0", "edge_2_1", "edge_3_0",
                                          "edge_3_1", "edge_3_2"});
}

TEST_CASE("DARTS keeps two edges into each of four nodes of two cells", "[nas]") {
  const auto parameters = EdgeParameters(DartsSpace());
  CHECK(parameters.size() == 16);
  CHECK(parameters.front().values.size() == 2 * 7);  // two sources, seven operations but none
  CHECK(parameters.back().name == "reduction_edge_5_1");
  CHECK(parameters.back().values.size() == 5 * 7);
}

TEST_CASE("random architectures are sound and come back from their parameters", "[nas]") {
  const auto space = GENERATE(DartsSpace(), NasBench201Space());
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const Genotype genotype = RandomGenotype(space, 7, i);
    REQUIRE(CheckGenotype(genotype).ok());
    const auto again = GenotypeOf(space, AssignmentsOf(genotype));
    REQUIRE(again.ok());
    CHECK(again->normal == genotype.normal);
    CHECK(again->reduction == genotype.reduction);
    CHECK(RandomGenotype(space, 7, i).normal == genotype.normal);
    seen.insert(PrintGenotype(genotype));
  }
  CHECK(seen.size() > 190);
}

TEST_CASE("a node of a single edge comes back from its parameters", "[nas]") {
  Genotype genotype = RandomGenotype(DartsSpace(), 1, 0);
  genotype.normal.erase(genotype.normal.begin());
  const auto again = GenotypeOf(genotype.space, AssignmentsOf(genotype));
  REQUIRE(again.ok());
  CHECK(again->normal == genotype.normal);
}

TEST_CASE("assignments that are no architecture are refused by name", "[nas]") {
  const auto good = AssignmentsOf(RandomGenotype(NasBench201Space(), 1, 0));
  auto bad = good;
  SECTION("missing") {
    bad.erase("edge_2_1");
    CHECK(Message(GenotypeOf(NasBench201Space(), bad).status()) == "no value for edge_2_1");
  }
  SECTION("unknown") {
    bad["edge_9_1"] = "none";
    CHECK(Message(GenotypeOf(NasBench201Space(), bad).status()).find("edge_9_1") !=
          std::string::npos);
  }
  SECTION("of no such value") {
    bad["edge_2_1"] = "warp_3x3";
    CHECK(Message(GenotypeOf(NasBench201Space(), bad).status()).find("not warp_3x3") !=
          std::string::npos);
  }
}

}  // namespace
}  // namespace qalam::nas
