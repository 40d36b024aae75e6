#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

// Applied twice, as in NASNet (Zoph et al., CVPR 2018, section 3) and DARTS.
Operation MakeSeparableConvolution(const OperationShape& shape, int64_t kernel) {
  torch::nn::Sequential sequence;
  AppendDepthwiseConvolution(sequence, {shape.input_channels, shape.input_channels, kernel,
                                        shape.stride, 1, shape.affine});
  AppendDepthwiseConvolution(
      sequence, {shape.input_channels, shape.output_channels, kernel, 1, 1, shape.affine});
  return sequence;
}

}  // namespace qalam::nas
