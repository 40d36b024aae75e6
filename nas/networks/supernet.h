// The network that holds every architecture of a space at once and shares their weights.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "nas/networks/network_layers.h"
#include "nas/networks/super_cell.h"

namespace qalam::nas {

class SupernetImpl : public torch::nn::Module {
 public:
  // Both must have been checked: MakeSupernet does.
  SupernetImpl(const CellSpace& space, const NetworkShape& shape,
               const std::vector<CellPlan>& plans, int64_t partial_channels);

  // [batch, channels, height, width] -> [batch, classes], by the architecture `choice`.
  torch::Tensor forward(const torch::Tensor& images, const ArchitectureChoice& choice);

 private:
  torch::nn::Sequential stem_;
  std::vector<SuperCell> cells_;               // nullptr where a block stands
  std::vector<ResidualReduction> reductions_;  // nullptr where a cell stands
  std::vector<bool> is_reduction_;
  Classifier classifier_{nullptr};
};
TORCH_MODULE(Supernet);

// With fresh weights from libtorch's own generator. A K of `partial_channels` above 1 is for
// PC-DARTS. INVALID_ARGUMENT for an unsound space, an unknown operation, a shape out of bounds or
// channels that K does not divide.
StatusOr<Supernet> MakeSupernet(const CellSpace& space, const NetworkShape& shape,
                                int64_t partial_channels = 1);

}  // namespace qalam::nas
