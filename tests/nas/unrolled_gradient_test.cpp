#include "nas/methods/unrolled_gradient.h"

#include <catch2/catch.hpp>

namespace qalam::nas {
namespace {

using TensorList = std::vector<torch::Tensor>;

// A small net, smooth so that its second derivatives exist: a mixture, by softmax(a), of two hidden
// layers, and a linear answer.
struct SmallNet {
  TensorList weights, architecture;
  torch::Tensor training_images, training_answers, validation_images, validation_answers;

  SmallNet() {
    torch::manual_seed(4);
    const auto draw = [](torch::IntArrayRef sizes) { return torch::randn(sizes, torch::kDouble); };
    weights = {draw({5, 4}), draw({5, 4}), draw({4, 1})};
    architecture = {draw({2})};
    for (auto& tensor : weights) tensor.set_requires_grad(true);
    architecture[0].set_requires_grad(true);
    training_images = draw({8, 5});
    training_answers = draw({8, 1});
    validation_images = draw({8, 5});
    validation_answers = draw({8, 1});
  }

  torch::Tensor Loss(const TensorList& w, const torch::Tensor& images,
                     const torch::Tensor& answers) const {
    const auto share = architecture[0].softmax(0);
    const auto hidden =
        share[0] * images.matmul(w[0]).tanh() + share[1] * images.matmul(w[1]).sin();
    return (hidden.matmul(w[2]) - answers).square().mean();
  }
  torch::Tensor Training(const TensorList& w) const {
    return Loss(w, training_images, training_answers);
  }
  torch::Tensor Validation(const TensorList& w) const {
    return Loss(w, validation_images, validation_answers);
  }

  TensorList Unrolled(const UnrolledStep& step) const {
    return UnrolledGradient(
        weights, architecture, [&] { return Training(weights); },
        [&] { return Validation(weights); }, step);
  }

  // By differentiating through the step itself.
  torch::Tensor Exact(const UnrolledStep& step) const {
    const auto gradient = torch::autograd::grad({Training(weights)}, weights, {}, true, true);
    TensorList ahead;
    for (size_t i = 0; i < weights.size(); ++i) {
      auto direction = gradient[i] + step.weight_decay * weights[i].detach();
      if (i < step.velocities.size()) direction = direction + step.momentum * step.velocities[i];
      ahead.push_back(weights[i].detach() - step.learning_rate * direction);
    }
    return torch::autograd::grad({Validation(ahead)}, architecture)[0];
  }
};

TEST_CASE("the unrolled gradient is that of exact double differentiation", "[nas]") {
  const SmallNet net;
  UnrolledStep step{0.3, 0.9, 1e-2, {}};
  if (GENERATE(false, true)) {
    for (const auto& weight : net.weights) step.velocities.push_back(torch::randn_like(weight));
  }
  const TensorList before = {net.weights[0].detach().clone(), net.weights[1].detach().clone(),
                             net.weights[2].detach().clone()};
  const auto unrolled = net.Unrolled(step);
  const auto exact = net.Exact(step);
  CHECK(torch::allclose(unrolled[0], exact, 1e-4, 1e-7));
  // It matters: the first order is something else.
  const auto first = torch::autograd::grad({net.Validation(net.weights)}, net.architecture)[0];
  CHECK_FALSE(torch::allclose(first, exact, 1e-2, 1e-5));
  for (size_t i = 0; i < before.size(); ++i) CHECK(torch::equal(net.weights[i], before[i]));
}

TEST_CASE("without a step ahead the unrolled gradient is the first-order one", "[nas]") {
  const SmallNet net;
  const auto unrolled = net.Unrolled({0, 0.9, 1e-2, {}});
  const auto first = torch::autograd::grad({net.Validation(net.weights)}, net.architecture)[0];
  CHECK(torch::equal(unrolled[0], first));
}

}  // namespace
}  // namespace qalam::nas
