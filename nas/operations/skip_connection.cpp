#include "nas/operations/convolution_layers.h"
#include "nas/operations/factorized_reduction.h"

namespace qalam::nas {

Operation MakeSkipConnection(const OperationShape& shape, int64_t kernel) {
  if (shape.stride == 2) {
    return Operation(
        FactorizedReduction(shape.input_channels, shape.output_channels, shape.affine));
  }
  if (shape.input_channels != shape.output_channels) return MakeConvolution(shape, 1);
  return Operation(torch::nn::Identity());
}

}  // namespace qalam::nas
