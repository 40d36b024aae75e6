#include "nas/architecture/cell_space.h"

namespace qalam::nas {

CellSpace DartsSpace() {
  return {.name = "darts",
          .operations = {"none", "max_pooling_3x3", "average_pooling_3x3", "skip_connection",
                         "separable_convolution_3x3", "separable_convolution_5x5",
                         "dilated_convolution_3x3", "dilated_convolution_5x5"},
          .input_nodes = 2,
          .computed_nodes = 4,
          .kept_inputs = 2,
          .output = CellOutput::kConcatenation,
          .reduction = Reduction::kSearchedCell};
}

}  // namespace qalam::nas
