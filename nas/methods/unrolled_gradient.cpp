#include "nas/methods/unrolled_gradient.h"

namespace qalam::nas {

namespace {

using Tensors = std::vector<torch::Tensor>;

// DARTS, footnote 2.
constexpr double kPerturbation = 0.01;

Tensors GradientOf(const torch::Tensor& loss, const Tensors& variables) {
  return torch::autograd::grad({loss}, variables, {}, {}, false, true);
}

// to += scale * what, leaving out what is undefined.
void AddScaled(const Tensors& to, const Tensors& what, double scale) {
  const torch::NoGradGuard no_gradient;
  for (size_t i = 0; i < to.size(); ++i) {
    if (what[i].defined()) to[i].add_(what[i], scale);
  }
}

void Assign(const Tensors& to, const Tensors& what) {
  const torch::NoGradGuard no_gradient;
  for (size_t i = 0; i < to.size(); ++i) to[i].copy_(what[i]);
}

double Norm(const Tensors& tensors) {
  torch::Tensor sum;
  for (const auto& tensor : tensors) {
    if (!tensor.defined()) continue;
    const torch::Tensor squares = tensor.square().sum();
    sum = sum.defined() ? sum + squares : squares;
  }
  return sum.defined() ? std::sqrt(sum.item<double>()) : 0;
}

void Descend(const Tensors& weights, const Tensors& gradient, const UnrolledStep& step) {
  const torch::NoGradGuard no_gradient;
  for (size_t i = 0; i < weights.size(); ++i) {
    torch::Tensor direction = weights[i] * step.weight_decay;
    if (gradient[i].defined()) direction += gradient[i];
    if (i < step.velocities.size() && step.velocities[i].defined()) {
      direction.add_(step.velocities[i], step.momentum);
    }
    weights[i].sub_(direction, step.learning_rate);
  }
}

}  // namespace

Tensors UnrolledGradient(const Tensors& weights, const Tensors& architecture,
                         const std::function<torch::Tensor()>& training,
                         const std::function<torch::Tensor()>& validation,
                         const UnrolledStep& step) {
  Tensors before;
  for (const auto& weight : weights) before.push_back(weight.detach().clone());
  Descend(weights, GradientOf(training(), weights), step);

  Tensors both = architecture;
  both.insert(both.end(), weights.begin(), weights.end());
  const Tensors ahead = GradientOf(validation(), both);
  Tensors gradient(ahead.begin(), ahead.begin() + architecture.size());
  const Tensors direction(ahead.begin() + architecture.size(), ahead.end());
  Assign(weights, before);
  const double norm = Norm(direction);
  if (norm == 0 || step.learning_rate == 0) return gradient;

  const double epsilon = kPerturbation / norm;
  AddScaled(weights, direction, epsilon);
  const Tensors above = GradientOf(training(), architecture);
  Assign(weights, before);
  AddScaled(weights, direction, -epsilon);
  const Tensors below = GradientOf(training(), architecture);
  Assign(weights, before);
  for (size_t i = 0; i < gradient.size(); ++i) {
    if (!above[i].defined()) continue;
    const torch::Tensor change = (above[i] - below[i]) * (-step.learning_rate / (2 * epsilon));
    gradient[i] = gradient[i].defined() ? gradient[i] + change : change;
  }
  return gradient;
}

}  // namespace qalam::nas
