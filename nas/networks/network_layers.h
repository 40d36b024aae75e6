// What networks of cells have besides cells; the supernet and the found network share it.
#pragma once

#include <torch/torch.h>

#include "nas/networks/network_plan.h"

namespace qalam::nas {

// A convolution of 3x3 and a normalisation: images -> stem_multiplier * initial_channels.
torch::nn::Sequential MakeStem(const NetworkShape& shape);

// What brings a cell's input number `input` (0 is the older one of two) to the cell's width, and an
// older input to the size of the newer one. Does nothing where both fit already.
torch::nn::Sequential MakeCellInput(const CellSpace& space, const CellPlan& plan, int input,
                                    bool affine);

// Halves the resolution between groups of cells: two convolutions of 3x3 beside an average pooling
// with a pointwise convolution (Dong, Yang, ICLR 2020, section 2.1).
class ResidualReductionImpl : public torch::nn::Module {
 public:
  ResidualReductionImpl(int64_t input_channels, int64_t output_channels, bool affine);
  torch::Tensor forward(const torch::Tensor& input);

 private:
  torch::nn::Sequential convolutions_, shortcut_;
};
TORCH_MODULE(ResidualReduction);

// Rectifier where the last cell leaves values unnormalised, mean over the image, linear layer.
class ClassifierImpl : public torch::nn::Module {
 public:
  ClassifierImpl(const CellSpace& space, int64_t channels, int64_t classes);
  // [batch, channels, height, width] -> [batch, classes]
  torch::Tensor forward(const torch::Tensor& features);

 private:
  torch::nn::BatchNorm2d normalization_{nullptr};
  torch::nn::Linear linear_{nullptr};
};
TORCH_MODULE(Classifier);

}  // namespace qalam::nas
