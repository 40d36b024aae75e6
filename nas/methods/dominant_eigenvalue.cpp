#include "nas/methods/dominant_eigenvalue.h"

#include <cmath>

#include "base/random.h"

namespace qalam::nas {

namespace {

constexpr double kEigenvalueTolerance = 1e-3;

// All gradients in one row; what the loss does not depend on counts as 0.
torch::Tensor FlatGradient(const torch::Tensor& loss, const std::vector<torch::Tensor>& variables,
                           bool differentiable) {
  const auto gradients = torch::autograd::grad({loss}, variables, {}, true, differentiable, true);
  std::vector<torch::Tensor> parts;
  for (size_t i = 0; i < variables.size(); ++i) {
    parts.push_back(
        (gradients[i].defined() ? gradients[i] : torch::zeros_like(variables[i])).flatten());
  }
  return torch::cat(parts);
}

torch::Tensor FirstVector(const torch::Tensor& like, uint64_t seed) {
  torch::Tensor vector = torch::zeros({like.numel()}, torch::kDouble);
  auto* values = vector.data_ptr<double>();
  RandomStream stream(seed, 0, "nas.eigenvalue");
  for (int64_t i = 0; i < vector.numel(); ++i) values[i] = stream.Normal();
  return (vector / vector.norm()).to(like.options().requires_grad(false));
}

}  // namespace

double DominantEigenvalue(const torch::Tensor& loss, const std::vector<torch::Tensor>& variables,
                          uint64_t seed, int iterations) {
  const torch::Tensor gradient = FlatGradient(loss, variables, true);
  if (!gradient.requires_grad()) return 0;
  torch::Tensor vector = FirstVector(gradient, seed);
  double value = 0;
  for (int i = 0; i < iterations; ++i) {
    const torch::Tensor product = FlatGradient(gradient.dot(vector), variables, false);
    const double next = product.dot(vector).item<double>();
    const double norm = product.norm().item<double>();
    if (norm == 0) return 0;
    vector = product / norm;
    if (std::abs(next - value) <= kEigenvalueTolerance * std::abs(next)) return next;
    value = next;
  }
  return value;
}

}  // namespace qalam::nas
