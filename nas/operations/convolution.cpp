#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

Operation MakeConvolution(const OperationShape& shape, int64_t kernel) {
  torch::nn::Sequential sequence;
  AppendConvolution(sequence, {shape.input_channels, shape.output_channels, kernel, shape.stride, 1,
                               shape.affine});
  return sequence;
}

}  // namespace qalam::nas
