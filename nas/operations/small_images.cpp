#include "nas/operations/small_images.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "nas/operations/depthwise_planes.h"
#include "nas/operations/pooling_planes.h"

namespace qalam::nas {

namespace {

// So many planes are worth a thread's start.
constexpr int64_t kPlanesATask = 64;

PlaneShape ShapeOf(const torch::Tensor& input, int64_t kernel, int64_t dilation) {
  return {input.size(0), input.size(1), input.size(2), input.size(3), kernel, dilation};
}

torch::Tensor Convolved(const torch::Tensor& input, const torch::Tensor& weight, int64_t dilation) {
  const PlaneShape shape = ShapeOf(input, weight.size(2), dilation);
  const torch::Tensor from = input.contiguous(), by = weight.contiguous();
  torch::Tensor output = torch::empty_like(from);
  const auto* source = from.data_ptr<float>();
  const auto* weights = by.data_ptr<float>();
  auto* target = output.data_ptr<float>();
  at::parallel_for(0, shape.batch * shape.channels, kPlanesATask, [&](int64_t begin, int64_t end) {
    ConvolvePlanes(shape, source, weights, target, begin, end);
  });
  return output;
}

torch::Tensor Correlated(const torch::Tensor& input, const torch::Tensor& gradient, int64_t kernel,
                         int64_t dilation) {
  const PlaneShape shape = ShapeOf(input, kernel, dilation);
  const torch::Tensor from = input.contiguous(), by = gradient.contiguous();
  torch::Tensor output = torch::empty({shape.channels, 1, kernel, kernel}, input.options());
  const auto* source = from.data_ptr<float>();
  const auto* factors = by.data_ptr<float>();
  auto* target = output.data_ptr<float>();
  at::parallel_for(0, shape.channels, 1, [&](int64_t begin, int64_t end) {
    CorrelateChannels(shape, source, factors, target, begin, end);
  });
  return output;
}

// Convolution and correlation are each other's derivatives, so both are differentiable without end.
class DepthwiseConvolution : public torch::autograd::Function<DepthwiseConvolution> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& weight,
                               int64_t dilation);
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients);
};

class DepthwiseCorrelation : public torch::autograd::Function<DepthwiseCorrelation> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, const torch::Tensor& gradient,
                               int64_t kernel, int64_t dilation);
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients);
};

// The derivative by the input: what a kernel brought to the right comes back from there.
torch::Tensor Returned(const torch::Tensor& gradient, const torch::Tensor& weight,
                       int64_t dilation) {
  return DepthwiseConvolution::apply(gradient, weight.flip({2, 3}), dilation);
}

torch::Tensor DepthwiseConvolution::forward(torch::autograd::AutogradContext* context,
                                            const torch::Tensor& input, const torch::Tensor& weight,
                                            int64_t dilation) {
  context->save_for_backward({input, weight});
  context->saved_data["dilation"] = dilation;
  return Convolved(input, weight, dilation);
}

torch::autograd::variable_list DepthwiseConvolution::backward(
    torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
  const auto saved = context->get_saved_variables();
  const int64_t dilation = context->saved_data["dilation"].toInt();
  torch::Tensor by_input, by_weight;
  if (context->needs_input_grad(0)) by_input = Returned(gradients[0], saved[1], dilation);
  if (context->needs_input_grad(1)) {
    by_weight = DepthwiseCorrelation::apply(saved[0], gradients[0], saved[1].size(2), dilation);
  }
  return {by_input, by_weight, {}};
}

torch::Tensor DepthwiseCorrelation::forward(torch::autograd::AutogradContext* context,
                                            const torch::Tensor& input,
                                            const torch::Tensor& gradient, int64_t kernel,
                                            int64_t dilation) {
  context->save_for_backward({input, gradient});
  context->saved_data["dilation"] = dilation;
  return Correlated(input, gradient, kernel, dilation);
}

torch::autograd::variable_list DepthwiseCorrelation::backward(
    torch::autograd::AutogradContext* context, torch::autograd::variable_list gradients) {
  const auto saved = context->get_saved_variables();
  const int64_t dilation = context->saved_data["dilation"].toInt();
  torch::Tensor by_input, by_gradient;
  if (context->needs_input_grad(0)) by_input = Returned(saved[1], gradients[0], dilation);
  if (context->needs_input_grad(1)) {
    by_gradient = DepthwiseConvolution::apply(saved[0], gradients[0], dilation);
  }
  return {by_input, by_gradient, {}, {}};
}

// Every `stride`-th pixel.
torch::Tensor Thinned(const torch::Tensor& images, int64_t stride) {
  if (stride == 1) return images;
  return images.slice(2, 0, images.size(2), stride).slice(3, 0, images.size(3), stride);
}

class SmallMaxPooling : public torch::autograd::Function<SmallMaxPooling> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& input, int64_t kernel, int64_t stride) {
    const torch::Tensor from = input.contiguous();
    const PoolingShape shape{from.size(2), from.size(3), kernel, stride};
    torch::Tensor output = torch::empty(
        {from.size(0), from.size(1), shape.output_height(), shape.output_width()}, from.options());
    torch::Tensor indices = torch::empty(output.sizes(), torch::kLong);
    const auto* source = from.data_ptr<float>();
    auto* target = output.data_ptr<float>();
    auto* places = indices.data_ptr<int64_t>();
    const int64_t plane = shape.output_height() * shape.output_width();
    at::parallel_for(0, from.size(0) * from.size(1), kPlanesATask, [&](int64_t begin, int64_t end) {
      MaxPoolPlanes(shape, source, target + begin * plane, places + begin * plane, begin, end);
    });
    context->save_for_backward({input, indices});
    context->saved_data["kernel"] = kernel;
    context->saved_data["stride"] = stride;
    return output;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const int64_t kernel = context->saved_data["kernel"].toInt();
    const int64_t stride = context->saved_data["stride"].toInt(), margin = (kernel - 1) / 2;
    return {at::max_pool2d_with_indices_backward(gradients[0], saved[0], {kernel, kernel},
                                                 {stride, stride}, {margin, margin}, {1, 1}, false,
                                                 saved[1]),
            {},
            {}};
  }
};

}  // namespace

bool IsSmallImage(const torch::Tensor& input) {
  // On larger images oneDNN's blocking gains on what is here.
  constexpr int64_t kLargestSide = 32;
  return input.device().is_cpu() && input.scalar_type() == torch::kFloat && input.dim() == 4 &&
         input.size(2) <= kLargestSide && input.size(3) <= kLargestSide;
}

torch::Tensor SmallDepthwiseConvolution(const torch::Tensor& input, const torch::Tensor& weight,
                                        int64_t stride, int64_t dilation) {
  return Thinned(DepthwiseConvolution::apply(input, weight, dilation), stride);
}

torch::Tensor SmallAveragePool(const torch::Tensor& input, int64_t kernel, int64_t stride) {
  const torch::Tensor ones = torch::ones({input.size(1), 1, kernel, kernel}, input.options());
  const torch::Tensor whole = torch::ones({1, 1, input.size(2), input.size(3)}, input.options());
  const torch::Tensor counts = Convolved(whole, ones.slice(0, 0, 1), 1);
  return Thinned(DepthwiseConvolution::apply(input, ones, 1) / counts, stride);
}

torch::Tensor SmallMaxPool(const torch::Tensor& input, int64_t kernel, int64_t stride) {
  return SmallMaxPooling::apply(input, kernel, stride);
}

}  // namespace qalam::nas
