#include "nas/networks/mixed_operation.h"

namespace qalam::nas {

MixedOperationImpl::MixedOperationImpl(const std::vector<std::string>& operations,
                                       const OperationShape& shape, int64_t partial_channels)
    : channels_(shape.input_channels), partial_channels_(partial_channels), stride_(shape.stride) {
  OperationShape computed = shape;
  computed.input_channels /= partial_channels;
  computed.output_channels /= partial_channels;
  for (const auto& name : operations) {
    if (name == "none") {
      operations_.push_back(nullptr);
    } else {
      operations_.push_back(register_module(name, MakeOperation(name, computed).value()));
    }
  }
}

torch::Tensor MixedOperationImpl::Mix(const torch::Tensor& input, const torch::Tensor* weights) {
  const torch::Tensor part = Computed(input);
  torch::Tensor sum;
  for (size_t i = 0; i < operations_.size(); ++i) {
    if (!operations_[i]) continue;
    const torch::Tensor output = operations_[i]->forward(part);
    sum = sum.defined() ? torch::addcmul(sum, output, weights[i]) : output * weights[i];
  }
  return Rejoin(input, sum);
}

torch::Tensor MixedOperationImpl::Select(const torch::Tensor& input, int64_t operation,
                                         const torch::Tensor& weight) {
  if (!operations_[operation]) return {};
  torch::Tensor output = operations_[operation]->forward(Computed(input));
  if (weight.defined()) output = output * weight;
  return Rejoin(input, output);
}

torch::Tensor MixedOperationImpl::Computed(const torch::Tensor& input) const {
  return partial_channels_ == 1 ? input : input.narrow(1, 0, channels_ / partial_channels_);
}

torch::Tensor MixedOperationImpl::Rejoin(const torch::Tensor& input,
                                         const torch::Tensor& computed) const {
  if (partial_channels_ == 1) return computed;
  const int64_t part = channels_ / partial_channels_;
  torch::Tensor rest = input.narrow(1, part, channels_ - part);
  // Rounds odd sizes up, as the operations do.
  if (stride_ == 2) rest = torch::max_pool2d(rest, 2, 2, 0, 1, true);
  // libtorch's own channel_shuffle has no derivative in 1.13.
  const torch::Tensor all = torch::cat({computed, rest}, 1);
  return all.view({all.size(0), partial_channels_, part, all.size(2), all.size(3)})
      .transpose(1, 2)
      .reshape(all.sizes());
}

}  // namespace qalam::nas
