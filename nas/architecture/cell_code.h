// A space's cells as a list of independent choices, for methods that draw or decide.
#pragma once

#include <vector>

#include "base/random.h"
#include "nas/architecture/genotype.h"

namespace qalam::nas {

// How many options each choice has. Of each cell, normal first, node by node: where derived cells
// keep k inputs, k times a source, of those not taken yet, and an operation other than none (Pham
// et al., ICML 2018, section 2.4); else an operation for each edge, none included.
std::vector<int> CellChoiceCounts(const CellSpace& space);

// `choices` holds one option for each, each within its count.
Genotype DecodeCells(const CellSpace& space, const std::vector<int>& choices);

// Every option of each choice equally likely: each operation on each edge, each set of kept
// sources.
Genotype DrawCells(const CellSpace& space, RandomStream& stream);
// The `index`-th of a sequence of such cells that depends on `seed` alone.
Genotype RandomGenotype(const CellSpace& space, uint64_t seed, int64_t index);

}  // namespace qalam::nas
