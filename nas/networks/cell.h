// One cell of a found architecture.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "base/status.h"
#include "nas/architecture/genotype.h"
#include "nas/networks/network_plan.h"
#include "nas/operations/operation.h"

namespace qalam::nas {

class CellImpl : public torch::nn::Module {
 public:
  CellImpl(const CellSpace& space, const CellPlan& plan);
  // INVALID_ARGUMENT for an operation that MakeOperation does not know. To be called once.
  Status AddEdges(const std::vector<CellEdge>& edges);

  // Gives [batch, plan.output_channels, ...]. `older` is used by spaces of two inputs alone. In
  // training each edge but an unchanged skip connection is left out for an image with the chance
  // `drop_path`, the others being scaled up (Larsson, Maire, Shakhnarovich, "FractalNet", ICLR
  // 2017, section 3; DARTS, appendix A.2).
  torch::Tensor forward(const torch::Tensor& older, const torch::Tensor& newer, double drop_path);

 private:
  struct Edge {
    int node, source;
    Operation operation;
    bool droppable;
  };
  torch::Tensor ComputeNode(int node, const std::vector<torch::Tensor>& values, double drop_path);

  const CellSpace space_;
  const CellPlan plan_;
  std::vector<torch::nn::Sequential> inputs_;
  std::vector<Edge> edges_;
};
TORCH_MODULE(Cell);

}  // namespace qalam::nas
