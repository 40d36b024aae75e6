// Choosing among architectures by their accuracy with the shared weights.
#pragma once

#include <functional>

#include "nas/architecture/cell_code.h"
#include "nas/methods/search_method.h"

namespace qalam::nas {

// Of settings.candidates architectures, which `draw` gives by their number, the one that judges
// context.judges best; the first of equals. Architectures that come twice are judged once.
Genotype BestCandidate(const SearchContext& context,
                       const std::function<Genotype(int64_t candidate)>& draw);

}  // namespace qalam::nas
