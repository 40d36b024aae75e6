#include <cmath>
#include <limits>

#include "nas/scores/network_backup.h"
#include "nas/scores/score.h"

namespace qalam::nas {

namespace {

// Flows do not pass a normalisation that takes out their size: with these statistics it passes
// everything unchanged, but for its epsilon of 1e-5.
void NeutralizeNormalizations(torch::nn::Module& network) {
  for (const auto& module : network.modules(/*include_self=*/false)) {
    if (auto* normalization = module->as<torch::nn::BatchNorm2d>()) {
      normalization->running_mean.zero_();
      normalization->running_var.fill_(1);
    }
  }
}

}  // namespace

double SynflowScore(ImageNetwork& network, const torch::Tensor& images) {
  const NetworkBackup backup(network);
  // In float, the flow of a deep network soon overflows.
  network.to(torch::kDouble);
  network.eval();
  std::vector<torch::Tensor> weights;
  {
    const torch::NoGradGuard no_gradients;
    NeutralizeNormalizations(network);
    for (torch::Tensor& parameter : network.parameters()) parameter.abs_();
    for (const auto& parameter : network.named_parameters()) {
      if (parameter.value().dim() >= 2) weights.push_back(parameter.value());
    }
  }
  const torch::Tensor ones = torch::ones_like(images.slice(0, 0, 1), torch::kDouble);
  const torch::Tensor flow = network.Forward(ones).logits.sum();
  const auto gradients = torch::autograd::grad({flow}, weights, {}, /*retain_graph=*/false,
                                               /*create_graph=*/false, /*allow_unused=*/true);
  double sum = 0;
  for (size_t i = 0; i < weights.size(); ++i) {
    if (gradients[i].defined()) sum += (weights[i] * gradients[i]).abs().sum().item<double>();
  }
  return sum > 0 ? std::log(sum) : -std::numeric_limits<double>::infinity();
}

}  // namespace qalam::nas
