// One edge of a cell under search.
#pragma once

#include <torch/torch.h>

#include <string>
#include <vector>

#include "nas/operations/operation.h"

namespace qalam::nas {

// Holds every operation that may stand on the edge; how much each counts is given from outside.
// "none" has no computation.
//
// With `partial_channels` K > 1 only every K-th part of the channels goes through the operations;
// the others pass by (max-pooled where the edge halves the resolution) and then all are shuffled:
// Xu et al., "PC-DARTS: partial channel connections for memory-efficient architecture search",
// ICLR 2020, section 3.2.
class MixedOperationImpl : public torch::nn::Module {
 public:
  // The names must be operations (IsOperation). K must divide the channels, of which as many go in
  // as come out.
  MixedOperationImpl(const std::vector<std::string>& operations, const OperationShape& shape,
                     int64_t partial_channels);

  // The sum of all operations' outputs, each times its weight, a scalar in `weights`.
  torch::Tensor Mix(const torch::Tensor& input, const torch::Tensor* weights);

  // Computes operation number `operation` alone, times `weight`, a scalar, where that is defined.
  // Undefined for "none".
  torch::Tensor Select(const torch::Tensor& input, int64_t operation, const torch::Tensor& weight);

 private:
  torch::Tensor Computed(const torch::Tensor& input) const;
  torch::Tensor Rejoin(const torch::Tensor& input, const torch::Tensor& computed) const;

  const int64_t channels_, partial_channels_, stride_;
  std::vector<Operation> operations_;  // empty ones for none
};
TORCH_MODULE(MixedOperation);

}  // namespace qalam::nas
