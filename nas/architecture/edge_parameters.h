// A space of cells as categorical parameters, so that any sampler searches it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "nas/architecture/genotype.h"

namespace qalam::nas {

struct EdgeParameter {
  std::string name;
  std::vector<std::string> values;
};

// One for each edge of the normal cell, named edge_NODE_SOURCE, its values being the space's
// operations. Where the space keeps only K edges into a node there are K for each node instead,
// edge_NODE_0 to edge_NODE_(K-1), each of the values OPERATION@SOURCE, so that every assignment is
// an architecture and none is wasted on edges that would be dropped. Those of the reduction cell
// are called reduction_edge_...
std::vector<EdgeParameter> EdgeParameters(const CellSpace& space);

// A value for each parameter, by name.
using EdgeAssignments = std::map<std::string, std::string>;

// When two of a node's parameters name the same source, the first counts. INVALID_ARGUMENT when a
// parameter is missing, unknown or of a value that it cannot have.
StatusOr<Genotype> GenotypeOf(const CellSpace& space, const EdgeAssignments& assignments);
// The other way; a node of fewer edges than the space keeps repeats its last one.
EdgeAssignments AssignmentsOf(const Genotype& genotype);

}  // namespace qalam::nas
