// A trial's neural architecture, to be drawn.
#pragma once

#include <string>

#include "base/status.h"
#include "db/store.h"

namespace qalam {

// {"kind": "cells" or "chain", "graphs": [{"title", "width", "height",
//   "nodes": [{"id", "label", "kind": "input|operation|sum|output", "x", "y", "width"}],
//   "edges": [{"from", "to", "label", "kind": "flow|skip", "points": [[x, y], ..]}]}],
//  "parameterCount"}
// x and y are of a node's middle; an edge's points begin and end at its nodes. parameterCount is
// the metric Parameters and absent without it. Read from, the first there is: the text metric
// Best-Genotype, the parameters architecture and nn_config, the parameters of cells edge_... of the
// space darts or nas-bench-201. NOT_FOUND when the trial has none of them, INVALID_ARGUMENT when
// what it has is no architecture.
StatusOr<std::string> ArchitectureJson(const TrialRecord& trial);

}  // namespace qalam
