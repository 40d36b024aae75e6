#include "nas/operations/convolution_layers.h"

#include "nas/operations/small_images.h"

namespace qalam::nas {

namespace {

torch::nn::Conv2dOptions ConvolutionOptions(const ConvolutionLayer& layer, int64_t output_channels,
                                            int64_t groups) {
  const int64_t padding = layer.dilation * (layer.kernel - 1) / 2;
  return torch::nn::Conv2dOptions(layer.input_channels, output_channels, layer.kernel)
      .stride(layer.stride)
      .padding(padding)
      .dilation(layer.dilation)
      .groups(groups)
      .bias(false);
}

// libtorch's layer to whoever looks at it; while it trains, on images of a few pixels, faster.
class DepthwiseLayerImpl : public torch::nn::Conv2dImpl {
 public:
  using torch::nn::Conv2dImpl::Conv2dImpl;

  torch::Tensor forward(const torch::Tensor& input) {
    if (!is_training() || !IsSmallImage(input)) return torch::nn::Conv2dImpl::forward(input);
    return SmallDepthwiseConvolution(input, weight, (*options.stride())[0],
                                     (*options.dilation())[0]);
  }
};
TORCH_MODULE(DepthwiseLayer);

}  // namespace

torch::nn::BatchNorm2d MakeNormalization(int64_t channels, bool affine) {
  return torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(channels).affine(affine));
}

void AppendSubsampling(torch::nn::Sequential& sequence, int64_t stride) {
  if (stride == 1) return;
  sequence->push_back(torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(1).stride(stride)));
}

void AppendConvolution(torch::nn::Sequential& sequence, const ConvolutionLayer& layer) {
  if (layer.kernel == 1 && layer.stride > 1) {
    AppendSubsampling(sequence, layer.stride);
    ConvolutionLayer unstrided = layer;
    unstrided.stride = 1;
    return AppendConvolution(sequence, unstrided);
  }
  sequence->push_back(torch::nn::ReLU());
  sequence->push_back(torch::nn::Conv2d(ConvolutionOptions(layer, layer.output_channels, 1)));
  sequence->push_back(MakeNormalization(layer.output_channels, layer.affine));
}

void AppendDepthwiseConvolution(torch::nn::Sequential& sequence, const ConvolutionLayer& layer) {
  sequence->push_back(torch::nn::ReLU());
  sequence->push_back(
      DepthwiseLayer(ConvolutionOptions(layer, layer.input_channels, layer.input_channels)));
  sequence->push_back(torch::nn::Conv2d(
      torch::nn::Conv2dOptions(layer.input_channels, layer.output_channels, 1).bias(false)));
  sequence->push_back(MakeNormalization(layer.output_channels, layer.affine));
}

}  // namespace qalam::nas
