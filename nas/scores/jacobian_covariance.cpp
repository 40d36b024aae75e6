#include <limits>

#include "nas/scores/network_backup.h"
#include "nas/scores/score.h"

namespace qalam::nas {

namespace {

// Keeps the logarithm of a vanishing eigenvalue finite; the value of the authors' code.
constexpr double kJacobianStabilizer = 1e-5;

// Each row to mean 0 and length 1.
torch::Tensor StandardizeRows(const torch::Tensor& rows) {
  const torch::Tensor centered = rows - rows.mean(1, /*keepdim=*/true);
  return centered / centered.norm(2, 1, /*keepdim=*/true);
}

}  // namespace

double JacobianCovarianceScore(ImageNetwork& network, const torch::Tensor& images) {
  const NetworkBackup backup(network);
  network.train();
  const torch::Tensor input = images.detach().clone().requires_grad_(true);
  const torch::Tensor output = network.Forward(input).logits.sum();
  if (!output.requires_grad()) return -std::numeric_limits<double>::infinity();
  const torch::Tensor gradient =
      torch::autograd::grad({output}, {input}, {}, /*retain_graph=*/false,
                            /*create_graph=*/false, /*allow_unused=*/true)[0];
  if (!gradient.defined()) return -std::numeric_limits<double>::infinity();
  const torch::Tensor rows = StandardizeRows(gradient.flatten(1).to(torch::kDouble).cpu());
  const torch::Tensor correlations = rows.matmul(rows.t());
  if (!correlations.isfinite().all().item<bool>()) {
    return -std::numeric_limits<double>::infinity();
  }
  // Rounding makes vanishing eigenvalues negative.
  const torch::Tensor shifted =
      torch::linalg_eigvalsh(correlations).clamp_min(0) + kJacobianStabilizer;
  return -(shifted.log() + shifted.reciprocal()).sum().item<double>();
}

}  // namespace qalam::nas
