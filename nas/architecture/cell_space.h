// Spaces of cells: what may stand on each edge of a small graph that a network repeats.
#pragma once

#include <string>
#include <vector>

#include "base/status.h"

namespace qalam::nas {

// What a cell gives to the next one.
enum class CellOutput {
  kConcatenation,  // of all computed nodes, along the channels
  kLastNode,       // the last computed node alone
};

// How a network halves the resolution.
enum class Reduction {
  kSearchedCell,   // by a cell of its own, searched beside the normal one
  kResidualBlock,  // by a fixed block between groups of cells
};

// A cell reads `input_nodes` tensors and computes `computed_nodes` more; the node n adds up what
// its edges bring from every input and every earlier computed node. Nodes are counted from 0
// through both: node input_nodes is the first computed one.
struct CellSpace {
  std::string name;
  std::vector<std::string> operations;  // on each edge; "none" says that there is no edge
  int input_nodes = 1;
  int computed_nodes = 1;
  int kept_inputs = 0;  // edges that a derived cell keeps into each computed node; 0: all
  CellOutput output = CellOutput::kConcatenation;
  Reduction reduction = Reduction::kSearchedCell;

  int edge_count() const;
  // Edges are numbered by node, then by source: 0 is input 0 -> the first computed node.
  int EdgeIndex(int node, int source) const;
  // Without "none".
  std::vector<std::string> RealOperations() const;
  bool has_reduction_cell() const { return reduction == Reduction::kSearchedCell; }
};

// 7 operations and none, two inputs, four computed nodes that keep two edges each: Liu, Simonyan,
// Yang, "DARTS: differentiable architecture search", ICLR 2019, section 3.1.1.
CellSpace DartsSpace();

// 5 operations on the six edges of one cell of four nodes: Dong, Yang, "NAS-Bench-201: extending
// the scope of reproducible neural architecture search", ICLR 2020, section 2.1.
CellSpace NasBench201Space();

// INVALID_ARGUMENT, naming those there are, for another name.
StatusOr<CellSpace> FindCellSpace(const std::string& name);

// INVALID_ARGUMENT when the numbers make no cell, or an operation is named twice.
Status CheckCellSpace(const CellSpace& space);

}  // namespace qalam::nas
