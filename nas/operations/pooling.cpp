#include "nas/operations/convolution_layers.h"
#include "nas/operations/small_images.h"

namespace qalam::nas {

namespace {

// libtorch's layers to whoever looks at them; while they train, on images of a few pixels, faster.
class AveragePoolingLayerImpl : public torch::nn::AvgPool2dImpl {
 public:
  using torch::nn::AvgPool2dImpl::AvgPool2dImpl;

  torch::Tensor forward(const torch::Tensor& input) {
    if (!is_training() || !IsSmallImage(input)) return torch::nn::AvgPool2dImpl::forward(input);
    return SmallAveragePool(input, (*options.kernel_size())[0], (*options.stride())[0]);
  }
};
TORCH_MODULE(AveragePoolingLayer);

class MaxPoolingLayerImpl : public torch::nn::MaxPool2dImpl {
 public:
  using torch::nn::MaxPool2dImpl::MaxPool2dImpl;

  torch::Tensor forward(const torch::Tensor& input) {
    if (!is_training() || !IsSmallImage(input)) return torch::nn::MaxPool2dImpl::forward(input);
    return SmallMaxPool(input, (*options.kernel_size())[0], (*options.stride())[0]);
  }
};
TORCH_MODULE(MaxPoolingLayer);

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
  return MakePooling(shape, AveragePoolingLayer(torch::nn::AvgPool2dOptions(kernel)
                                                    .stride(shape.stride)
                                                    .padding((kernel - 1) / 2)
                                                    .count_include_pad(false)));
}

Operation MakeMaxPooling(const OperationShape& shape, int64_t kernel) {
  return MakePooling(
      shape,
      MaxPoolingLayer(
          torch::nn::MaxPool2dOptions(kernel).stride(shape.stride).padding((kernel - 1) / 2)));
}

}  // namespace qalam::nas
