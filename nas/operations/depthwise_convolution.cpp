#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

Operation MakeDepthwiseConvolution(const OperationShape& shape, int64_t kernel) {
  torch::nn::Sequential sequence;
  AppendDepthwiseConvolution(sequence, {shape.input_channels, shape.output_channels, kernel,
                                        shape.stride, 1, shape.affine});
  return sequence;
}

}  // namespace qalam::nas
