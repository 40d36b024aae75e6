// A cell in which every edge holds all operations.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "nas/architecture/genotype.h"
#include "nas/networks/mixed_operation.h"
#include "nas/networks/network_plan.h"

namespace qalam::nas {

// How the edges of a cell are computed; edges and operations are numbered as in CellSpace.
struct CellChoice {
  // [edges, operations]: what each operation's output is multiplied by. May be undefined where
  // operations are selected: they then count once.
  torch::Tensor operations;
  // [edges]: what each edge is multiplied by; undefined: 1.
  torch::Tensor edges;
  // By edge, the only operation that is computed, or -1 for no edge. Empty: all of them, mixed.
  std::vector<int64_t> selected;
};

struct ArchitectureChoice {
  CellChoice normal, reduction;  // the latter unused where the space has no reduction cell
};

// Selects what a genotype has, and nothing else.
ArchitectureChoice ChoiceOf(const Genotype& genotype);

// CellChoice taken apart into scalars once for all cells, since to take them one by one costs more
// than some operations do.
struct ScalarChoice {
  explicit ScalarChoice(const CellChoice& choice);
  std::vector<torch::Tensor> operations;  // edge by edge
  std::vector<torch::Tensor> edges;
  std::vector<int64_t> selected;
};

class SuperCellImpl : public torch::nn::Module {
 public:
  // `partial_channels`: see MixedOperation.
  SuperCellImpl(const CellSpace& space, const CellPlan& plan, int64_t partial_channels);

  // `older` is used by spaces of two inputs only. Gives [batch, plan.output_channels, ...].
  torch::Tensor forward(const torch::Tensor& older, const torch::Tensor& newer,
                        const ScalarChoice& choice);

 private:
  torch::Tensor Edge(size_t edge, const torch::Tensor& source, const ScalarChoice& choice);

  const CellSpace space_;
  const int64_t stride_;
  std::vector<torch::nn::Sequential> inputs_;
  std::vector<MixedOperation> edges_;
};
TORCH_MODULE(SuperCell);

}  // namespace qalam::nas
