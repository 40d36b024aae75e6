#include "nas/operations/small_images.h"

#include <catch2/catch.hpp>

namespace qalam::nas {
namespace {

struct DepthwiseCase {
  int64_t batch, channels, height, width, kernel, dilation, stride;
};

TEST_CASE("depthwise convolution and all its derivatives are libtorch's", "[nas]") {
  const DepthwiseCase shape =
      GENERATE(DepthwiseCase{2, 3, 8, 8, 3, 1, 1}, DepthwiseCase{3, 1, 4, 4, 5, 1, 2},
               DepthwiseCase{2, 5, 7, 9, 3, 2, 2}, DepthwiseCase{1, 2, 1, 1, 5, 2, 1},
               DepthwiseCase{2, 2, 2, 17, 5, 2, 1}, DepthwiseCase{2, 2, 16, 3, 1, 1, 2});
  CAPTURE(shape.height, shape.width, shape.kernel, shape.dilation);
  torch::manual_seed(8);
  const auto input =
      torch::randn({shape.batch, shape.channels, shape.height, shape.width}).requires_grad_();
  const auto weight =
      torch::randn({shape.channels, 1, shape.kernel, shape.kernel}).requires_grad_();
  const auto by_output =
      torch::randn({shape.batch, shape.channels, (shape.height + shape.stride - 1) / shape.stride,
                    (shape.width + shape.stride - 1) / shape.stride})
          .requires_grad_();
  const auto by_input = torch::randn_like(input), by_weight = torch::randn_like(weight);

  const auto derivatives = [&](const torch::Tensor& output) {
    std::vector<torch::Tensor> all = {output};
    const auto first = torch::autograd::grad({output}, {input, weight}, {by_output}, true, true);
    const auto second = torch::autograd::grad(first, {input, weight, by_output},
                                              {by_input, by_weight}, true, false, true);
    all.insert(all.end(), first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
  };
  const auto ours =
      derivatives(SmallDepthwiseConvolution(input, weight, shape.stride, shape.dilation));
  const auto theirs = derivatives(torch::conv2d(input, weight, {}, shape.stride,
                                                shape.dilation * (shape.kernel - 1) / 2,
                                                shape.dilation, shape.channels));
  for (size_t i = 0; i < ours.size(); ++i) {
    CAPTURE(i);
    CHECK(torch::allclose(ours[i], theirs[i], 1e-4, 1e-4));
  }
}

TEST_CASE("pooling and its derivatives are libtorch's", "[nas]") {
  const auto stride = GENERATE(as<int64_t>{}, 1, 2);
  const auto kernel = GENERATE(as<int64_t>{}, 3, 5);
  const auto width = GENERATE(as<int64_t>{}, 1, 8, 11);
  CAPTURE(stride, kernel, width);
  torch::manual_seed(8);
  // Whole numbers, so that there are equal ones.
  const auto input = torch::randint(-3, 4, {3, 2, 7, width}, torch::kFloat).requires_grad_();
  const auto agree = [&](const torch::Tensor& ours, const torch::Tensor& theirs) {
    CHECK(torch::allclose(ours, theirs));
    const auto by_output = torch::randn_like(theirs);
    CHECK(torch::allclose(torch::autograd::grad({ours}, {input}, {by_output})[0],
                          torch::autograd::grad({theirs}, {input}, {by_output})[0], 1e-4, 1e-5));
  };
  const int64_t margin = (kernel - 1) / 2;
  agree(SmallAveragePool(input, kernel, stride),
        torch::avg_pool2d(input, kernel, stride, margin, false, false));
  agree(SmallMaxPool(input, kernel, stride), torch::max_pool2d(input, kernel, stride, margin));
}

TEST_CASE("depthwise convolution is the same on one thread and on several", "[nas]") {
  torch::manual_seed(8);
  const auto input = torch::randn({64, 8, 8, 8}), weight = torch::randn({8, 1, 5, 5});
  const int threads = torch::get_num_threads();
  torch::set_num_threads(1);
  const auto alone = SmallDepthwiseConvolution(input, weight, 1, 2);
  torch::set_num_threads(3);
  CHECK(torch::equal(SmallDepthwiseConvolution(input, weight, 1, 2), alone));
  torch::set_num_threads(threads);
}

}  // namespace
}  // namespace qalam::nas
