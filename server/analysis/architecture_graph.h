// A trial's neural architecture, to be drawn.
#pragma once

#include <string>

#include "base/status.h"
#include "db/store.h"

namespace qalam {

// {"kind": "cells" or "chain", "graphs": [{"title",
//   "nodes": [{"id", "label", "kind": "input|operation|sum|output"}],
//   "edges": [{"from", "to", "kind": "flow|skip"}]}],
//  "parameterCount"}
// parameterCount is the metric Parameters and absent without it. Where things stand is for whoever
// draws them. Read from, the first there is: the text metric
// Best-Genotype, the parameters architecture and nn_config, the parameters of cells edge_... of the
// space darts or nas-bench-201. NOT_FOUND when the trial has none of them, INVALID_ARGUMENT when
// what it has is no architecture.
StatusOr<std::string> ArchitectureJson(const TrialRecord& trial);

}  // namespace qalam
