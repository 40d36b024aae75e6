#include "nas/methods/search_method.h"

namespace qalam::nas {

torch::Tensor LossOf(const SearchContext& context, const Batch& batch,
                     const ArchitectureChoice& choice) {
  Supernet network = context.network;
  return torch::cross_entropy_loss(network->forward(batch.images, choice), batch.labels);
}

torch::Tensor TrainWeights(const SearchContext& context, const Batch& batch,
                           const ArchitectureChoice& choice) {
  // To undefined ones: what this step does not compute shall neither decay nor move on by momentum.
  Supernet network = context.network;
  network->zero_grad(/*set_to_none=*/true);
  const torch::Tensor loss = LossOf(context, batch, choice);
  loss.backward();
  if (context.settings.gradient_clip > 0) {
    torch::nn::utils::clip_grad_norm_(network->parameters(), context.settings.gradient_clip);
  }
  context.optimizer->step();
  return loss.detach();
}

Judgement Judge(const SearchContext& context, const std::vector<Batch>& batches,
                const ArchitectureChoice& choice) {
  const torch::NoGradGuard no_gradient;
  Supernet network = context.network;
  int64_t right = 0, all = 0;
  double loss = 0;
  for (const Batch& batch : batches) {
    const int64_t count = batch.labels.size(0);
    const torch::Tensor answers = network->forward(batch.images, choice);
    right += answers.argmax(1).eq(batch.labels).sum().item<int64_t>();
    loss += torch::cross_entropy_loss(answers, batch.labels).item<double>() *
            static_cast<double>(count);
    all += count;
  }
  const auto images = static_cast<double>(all);
  return {static_cast<double>(right) / images, loss / images};
}

}  // namespace qalam::nas
