// How sharply a loss bends along some variables.
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <vector>

namespace qalam::nas {

// The eigenvalue of the largest magnitude of the Hessian of `loss`, a scalar, by `variables`, found
// by power iteration on Hessian-vector products by double differentiation. `seed` draws the first
// vector. It stops when the value changes by less than a thousandth, at the latest after
// `iterations`; 0 where the loss does not bend.
double DominantEigenvalue(const torch::Tensor& loss, const std::vector<torch::Tensor>& variables,
                          uint64_t seed, int iterations = 30);

}  // namespace qalam::nas
