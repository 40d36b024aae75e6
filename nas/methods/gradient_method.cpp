#include "nas/methods/gradient_method.h"

namespace qalam::nas {

GradientMethod::GradientMethod(const SearchContext& context, bool with_edges)
    : context_(context),
      weights_(DrawArchitectureWeights(context.space, context.settings.seed, with_edges,
                                       context.device)) {
  optimizer_ = std::make_unique<torch::optim::Adam>(
      weights_.All(), torch::optim::AdamOptions(context.settings.architecture_learning_rate)
                          .betas(std::make_tuple(0.5, 0.999))
                          .weight_decay(context.settings.architecture_weight_decay));
}

torch::Tensor GradientMethod::Step(const SearchStep& step) {
  if (step.epoch >= context_.settings.warm_up_epochs) {
    std::vector<torch::Tensor> gradients = ArchitectureGradient(step);
    const std::vector<torch::Tensor> variables = weights_.All();
    for (size_t i = 0; i < variables.size(); ++i) {
      variables[i].mutable_grad() = std::move(gradients[i]);
    }
    optimizer_->step();
  }
  ArchitectureChoice choice;
  {
    // The derivative by an operation's weight would cost a pass over its output.
    const torch::NoGradGuard no_gradient;
    choice = Relax(step, "training");
  }
  return TrainWeights(context_, step.training, choice);
}

ArchitectureChoice GradientMethod::Judged(int64_t epoch) {
  const torch::NoGradGuard no_gradient;
  return MixedChoice(context_.space, weights_);
}

Genotype GradientMethod::Derive(int64_t epoch) { return DeriveGenotype(context_.space, weights_); }

torch::Tensor GradientMethod::ArchitectureLoss(const Batch& batch) {
  return LossOf(context_, batch, MixedChoice(context_.space, weights_));
}

ArchitectureChoice GradientMethod::Relax(const SearchStep& step, std::string_view purpose) {
  return MixedChoice(context_.space, weights_);
}

std::vector<torch::Tensor> GradientMethod::ArchitectureGradient(const SearchStep& step) {
  const torch::Tensor loss = LossOf(context_, step.judging, Relax(step, "judging"));
  return torch::autograd::grad({loss}, weights_.All(), {}, {}, false, true);
}

void GradientMethod::Save(torch::serialize::OutputArchive& archive) const {
  const std::vector<torch::Tensor> variables = weights_.All();
  for (size_t i = 0; i < variables.size(); ++i) {
    archive.write(fmt::format("architecture{}", i), variables[i].detach());
  }
  torch::serialize::OutputArchive optimizer;
  optimizer_->save(optimizer);
  archive.write("architecture_optimizer", optimizer);
}

void GradientMethod::Load(torch::serialize::InputArchive& archive) {
  const torch::NoGradGuard no_gradient;
  const std::vector<torch::Tensor> variables = weights_.All();
  for (size_t i = 0; i < variables.size(); ++i) {
    torch::Tensor saved;
    archive.read(fmt::format("architecture{}", i), saved);
    variables[i].copy_(saved);
  }
  torch::serialize::InputArchive optimizer;
  archive.read("architecture_optimizer", optimizer);
  optimizer_->load(optimizer);
}

}  // namespace qalam::nas
