// How cells are stacked into a network: widths and where the resolution is halved.
#pragma once

#include <cstdint>
#include <vector>

#include "base/status.h"
#include "nas/architecture/cell_space.h"

namespace qalam::nas {

struct NetworkShape {
  int64_t input_channels = 1;  // of the images
  int64_t classes = 2;
  int64_t cells = 8;
  int64_t initial_channels = 16;  // of each node in the first cells
  int64_t stem_multiplier = 3;    // the stem gives this times initial_channels
};

struct CellPlan {
  bool reduction = false;          // halves the resolution
  bool follows_reduction = false;  // the older input is twice as large as the newer
  int64_t older_channels = 1;      // of the input before the last, for cells of two inputs
  int64_t newer_channels = 1;      // of the last input
  int64_t node_channels = 1;       // of each node in the cell
  int64_t output_channels = 1;
};

// What a stem gives in multiples of initial_channels where nobody says: 3 for cells of two inputs,
// as DARTS has it, else 1.
int64_t UsualStemMultiplier(const CellSpace& space);

// The cells at a third and at two thirds of the depth halve the resolution and double the channels
// (DARTS, section 3.1.2; NAS-Bench-201, section 2.1). INVALID_ARGUMENT for a shape out of bounds.
StatusOr<std::vector<CellPlan>> PlanCells(const CellSpace& space, const NetworkShape& shape);

}  // namespace qalam::nas
