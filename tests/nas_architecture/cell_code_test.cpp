#include "nas/architecture/cell_code.h"

#include <catch2/catch.hpp>
#include <set>

namespace qalam::nas {
namespace {

TEST_CASE("drawn cells of both spaces are sound", "[nas]") {
  for (const CellSpace& space : {DartsSpace(), NasBench201Space()}) {
    CAPTURE(space.name);
    for (int number = 0; number < 200; ++number) {
      const Genotype genotype = RandomGenotype(space, 5, number);
      const Status status = CheckGenotype(genotype);
      CAPTURE(Message(status), number);
      CHECK(status.ok());
      if (space.kept_inputs > 0) {
        CHECK(genotype.normal.size() == 8);
        CHECK(genotype.reduction.size() == 8);
      }
    }
  }
}

TEST_CASE("choices are many enough to name every cell of NAS-Bench-201", "[nas]") {
  const CellSpace space = NasBench201Space();
  const std::vector<int> counts = CellChoiceCounts(space);
  CHECK(counts == std::vector<int>(6, 5));
  std::set<std::string> cells;
  std::vector<int> choices(6);
  for (int code = 0; code < 15625; ++code) {
    for (int i = 0, rest = code; i < 6; ++i, rest /= 5) choices[i] = rest % 5;
    cells.insert(PrintGenotype(DecodeCells(space, choices)));
  }
  CHECK(cells.size() == 15625);
}

TEST_CASE("a choice of sources passes over what is taken", "[nas]") {
  CellSpace space = DartsSpace();
  space.computed_nodes = 1;
  space.reduction = Reduction::kResidualBlock;
  CHECK(CellChoiceCounts(space) == std::vector<int>{2, 7, 1, 7});
  // Source 1 first, then the only one left; operations are counted without none.
  const Genotype genotype = DecodeCells(space, {1, 0, 0, 6});
  CHECK(genotype.normal ==
        std::vector<CellEdge>{{2, 0, "dilated_convolution_5x5"}, {2, 1, "max_pooling_3x3"}});
}

}  // namespace
}  // namespace qalam::nas
