#include "nas/architecture/cell_space.h"

namespace qalam::nas {

CellSpace NasBench201Space() {
  return {.name = "nas-bench-201",
          .operations = {"none", "skip_connection", "convolution_1x1", "convolution_3x3",
                         "average_pooling_3x3"},
          .input_nodes = 1,
          .computed_nodes = 3,
          .kept_inputs = 0,
          .output = CellOutput::kLastNode,
          .reduction = Reduction::kResidualBlock};
}

}  // namespace qalam::nas
