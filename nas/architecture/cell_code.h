// A space's cells as a list of independent choices, for methods that draw or decide.
#pragma once

#include <vector>

#include "nas/architecture/genotype.h"

namespace qalam::nas {

// How many options each choice has. Of each cell, normal first, node by node: where derived cells
// keep k inputs, k times a source, of those not taken yet, and an operation other than none (Pham
// et al., ICML 2018, section 2.4); else an operation for each edge, none included.
std::vector<int> CellChoiceCounts(const CellSpace& space);

// `choices` holds one option for each, each within its count.
Genotype DecodeCells(const CellSpace& space, const std::vector<int>& choices);

}  // namespace qalam::nas
