// A cell architecture that was found: which operation stands on which edge.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "nas/architecture/cell_space.h"

namespace qalam::nas {

// Nodes are counted as in CellSpace: inputs first, then computed ones.
struct CellEdge {
  int node = 0;    // where it ends
  int source = 0;  // where it begins; below `node`
  std::string operation;
  bool operator==(const CellEdge&) const = default;
};

// By node, then by source, as a genotype holds them.
void SortEdges(std::vector<CellEdge>& cell);

// The text of the largest cell allowed is far shorter.
inline constexpr size_t kMostGenotypeBytes = 1 << 20;

struct Genotype {
  CellSpace space;
  std::vector<CellEdge> normal;     // ordered by node, then source; edges of "none" are left out
  std::vector<CellEdge> reduction;  // empty where the space has no reduction cell
};

// Every fault of the genotype against its space: INVALID_ARGUMENT when a node, a source or an
// operation is not the space's, an edge stands twice, or a computed node has no edge at all where
// the space keeps some.
Status CheckGenotype(const Genotype& genotype);

// {"space": NAME, "operations": [...], ..., "normal": [{"node", "source", "operation"}...],
// "reduction": [...]}: whole, so that it can be built again without this version's spaces.
std::string PrintGenotype(const Genotype& genotype);
// Reads what PrintGenotype wrote; checks it.
StatusOr<Genotype> ParseGenotype(const std::string& text);

// As Katib's DARTS prints it, for the metric Best-Genotype:
//   Genotype(normal=[[('skip_connection',0),...],...],normal_concat=range(2,6),reduce=...)
std::string PrintKatibGenotype(const Genotype& genotype);
// Reads that, and the flat lists of the code of DARTS, two edges for each node. The space is the
// smallest that holds the genotype: DARTS' kind, or NAS-Bench-201's where there is no reduction
// cell. INVALID_ARGUMENT when it is neither form or makes no cell.
StatusOr<Genotype> ParseKatibGenotype(const std::string& text);

}  // namespace qalam::nas
