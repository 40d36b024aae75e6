// The continuous relaxation of an architecture: a weight for each operation on each edge.
#pragma once

#include <torch/torch.h>

#include <vector>

#include "base/random.h"
#include "nas/networks/super_cell.h"

namespace qalam::nas {

struct ArchitectureWeights {
  torch::Tensor normal, reduction;              // [edges, operations], before the softmax
  torch::Tensor normal_edges, reduction_edges;  // [edges], before the softmax into each node

  // Those that are defined.
  std::vector<torch::Tensor> All() const;
};

// All but equal, with gradients. The reduction cell's stay undefined where the space has none, the
// edges' unless `with_edges`.
ArchitectureWeights DrawArchitectureWeights(const CellSpace& space, uint64_t seed, bool with_edges,
                                            torch::Device device);

// The softmax over each edge's operations (DARTS, eq. 2), and over the edges into each node
// (PC-DARTS, eq. 3).
ArchitectureChoice MixedChoice(const CellSpace& space, const ArchitectureWeights& weights);

// Where a derived cell keeps some inputs: into each node the edges whose best operation, none
// aside, weighs most, with that operation (DARTS, section 2.4); an edge's own weight counts as a
// factor (PC-DARTS, section 3.3). Else the heaviest operation of each edge, none being the absence
// of it (NAS-Bench-201); a node to which every edge would be none keeps the heaviest other one.
Genotype DeriveGenotype(const CellSpace& space, const ArchitectureWeights& weights);

// The same with the operation of each edge drawn by its softmax instead of the heaviest.
Genotype DrawGenotype(const CellSpace& space, const ArchitectureWeights& weights,
                      RandomStream& stream);

// `logits` with noise by which the largest of a row is drawn by the row's softmax: the Gumbel-max
// trick.
torch::Tensor AddGumbelNoise(const torch::Tensor& logits, RandomStream& stream);

}  // namespace qalam::nas
