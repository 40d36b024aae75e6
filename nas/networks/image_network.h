// What training, scoring and export ask of any network that classifies images.
#pragma once

#include <torch/torch.h>

#include <memory>

namespace qalam::nas {

struct NetworkOutput {
  torch::Tensor logits;     // [batch, classes]
  torch::Tensor auxiliary;  // the same from a head inside; undefined where there is none
};

class ImageNetwork : public torch::nn::Module {
 public:
  // `images`: [batch, channels, height, width].
  virtual NetworkOutput Forward(const torch::Tensor& images) = 0;
  // The chance, in [0, 1), that training leaves out a path for an image. Nothing by default.
  virtual void SetDropPath(double probability) {}
};

}  // namespace qalam::nas
