#include "nas/methods/gradient_method.h"
#include "nas/methods/unrolled_gradient.h"

namespace qalam::nas {

namespace {

// libtorch keeps what belongs to a weight by its address: as text in 1.13, as it is in 2.x.
template <typename Key>
Key StateKey(void* address) {
  if constexpr (std::is_same_v<Key, std::string>) {
    return fmt::format("{}", fmt::ptr(address));
  } else {
    return address;
  }
}

// DARTS as published: the architecture's gradient looks one step of the network's weights ahead.
class SecondOrderDarts final : public GradientMethod {
 public:
  explicit SecondOrderDarts(const SearchContext& context) : GradientMethod(context, false) {}

 protected:
  std::vector<torch::Tensor> ArchitectureGradient(const SearchStep& step) override {
    const torch::optim::SGD& optimizer = *context().optimizer;
    const auto& group = optimizer.param_groups().front();
    const auto& options = static_cast<const torch::optim::SGDOptions&>(group.options());
    UnrolledStep unrolled{options.lr(), options.momentum(), options.weight_decay(), {}};
    for (const auto& weight : group.params()) unrolled.velocities.push_back(VelocityOf(weight));
    return UnrolledGradient(
        group.params(), weights().All(),
        [&] { return LossOf(context(), step.training, Relax(step, "training")); },
        [&] { return LossOf(context(), step.judging, Relax(step, "judging")); }, unrolled);
  }

 private:
  torch::Tensor VelocityOf(const torch::Tensor& weight) const {
    const auto& states = context().optimizer->state();
    using Key = typename std::decay_t<decltype(states)>::key_type;
    const auto found = states.find(StateKey<Key>(weight.unsafeGetTensorImpl()));
    if (found == states.end()) return {};
    return static_cast<const torch::optim::SGDParamState&>(*found->second).momentum_buffer();
  }
};

}  // namespace

std::unique_ptr<SearchMethod> MakeSecondOrderDarts(const SearchContext& context) {
  return std::make_unique<SecondOrderDarts>(context);
}

}  // namespace qalam::nas
