#include "nas/networks/network_layers.h"

#include "nas/operations/convolution_layers.h"
#include "nas/operations/factorized_reduction.h"

namespace qalam::nas {

torch::nn::Sequential MakeStem(const NetworkShape& shape) {
  const int64_t channels = shape.stem_multiplier * shape.initial_channels;
  return torch::nn::Sequential(
      torch::nn::Conv2d(
          torch::nn::Conv2dOptions(shape.input_channels, channels, 3).padding(1).bias(false)),
      MakeNormalization(channels, true));
}

torch::nn::Sequential MakeCellInput(const CellSpace& space, const CellPlan& plan, int input,
                                    bool affine) {
  const bool older = space.input_nodes == 2 && input == 0;
  const int64_t channels = older ? plan.older_channels : plan.newer_channels;
  torch::nn::Sequential sequence;
  if (older && plan.follows_reduction) {
    sequence->push_back(FactorizedReduction(channels, plan.node_channels, affine));
  } else if (space.input_nodes == 2 || channels != plan.node_channels) {
    AppendConvolution(sequence, {channels, plan.node_channels, 1, 1, 1, affine});
  } else {
    sequence->push_back(torch::nn::Identity());
  }
  return sequence;
}

ResidualReductionImpl::ResidualReductionImpl(int64_t input_channels, int64_t output_channels,
                                             bool affine) {
  AppendConvolution(convolutions_, {input_channels, output_channels, 3, 2, 1, affine});
  AppendConvolution(convolutions_, {output_channels, output_channels, 3, 1, 1, affine});
  // Odd sizes are rounded up, as the strided convolution does.
  shortcut_->push_back(
      torch::nn::AvgPool2d(torch::nn::AvgPool2dOptions(2).stride(2).ceil_mode(true)));
  shortcut_->push_back(
      torch::nn::Conv2d(torch::nn::Conv2dOptions(input_channels, output_channels, 1).bias(false)));
  register_module("convolutions", convolutions_);
  register_module("shortcut", shortcut_);
}

torch::Tensor ResidualReductionImpl::forward(const torch::Tensor& input) {
  return convolutions_->forward(input) + shortcut_->forward(input);
}

ClassifierImpl::ClassifierImpl(const CellSpace& space, int64_t channels, int64_t classes)
    : linear_(register_module("linear", torch::nn::Linear(channels, classes))) {
  if (space.output == CellOutput::kLastNode) {
    normalization_ = register_module("normalization", MakeNormalization(channels, true));
  }
}

torch::Tensor ClassifierImpl::forward(const torch::Tensor& features) {
  const torch::Tensor normalized =
      normalization_ ? torch::relu(normalization_(features)) : features;
  return linear_(normalized.mean({2, 3}));
}

}  // namespace qalam::nas
