#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

Operation MakeDilatedConvolution(const OperationShape& shape, int64_t kernel) {
  constexpr int64_t kDilation = 2;
  torch::nn::Sequential sequence;
  AppendDepthwiseConvolution(sequence, {shape.input_channels, shape.output_channels, kernel,
                                        shape.stride, kDilation, shape.affine});
  return sequence;
}

}  // namespace qalam::nas
