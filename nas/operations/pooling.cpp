#include "nas/operations/convolution_layers.h"

namespace qalam::nas {

namespace {

// Pooling keeps the channels; where their number changes, a pointwise convolution comes first.
template <typename Pool>
Operation MakePooling(const OperationShape& shape, Pool pool) {
  torch::nn::Sequential sequence;
  if (shape.input_channels != shape.output_channels) {
    AppendConvolution(sequence,
                      {shape.input_channels, shape.output_channels, 1, 1, 1, shape.affine});
  }
  sequence->push_back(pool);
  // Without it the pooled values, which are larger, would win the search by their size.
  sequence->push_back(MakeNormalization(shape.output_channels, shape.affine));
  return sequence;
}

}  // namespace

Operation MakeAveragePooling(const OperationShape& shape, int64_t kernel) {
  return MakePooling(shape, torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(kernel)
                                                     .stride(shape.stride)
                                                     .padding((kernel - 1) / 2)
                                                     .count_include_pad(false)));
}

Operation MakeMaxPooling(const OperationShape& shape, int64_t kernel) {
  return MakePooling(
      shape,
      torch::nn::MaxPool2d(
          torch::nn::MaxPool2dOptions(kernel).stride(shape.stride).padding((kernel - 1) / 2)));
}

}  // namespace qalam::nas
