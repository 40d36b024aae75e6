#include <catch2/catch.hpp>

#include "nas/architecture/cell_space.h"
#include "nas/operations/operation.h"

namespace qalam::nas {
namespace {

TEST_CASE("every operation keeps its promise of shape and passes gradients", "[nas]") {
  const auto name =
      GENERATE(as<std::string>{}, "skip_connection", "skip_connect", "average_pooling_3x3",
               "avg_pooling_3x3", "max_pooling_5x5", "convolution_1x1", "convolution_3x3",
               "nor_conv_3x3", "separable_convolution_3x3", "separable_convolution_5x5",
               "depthwise_convolution_3x3", "dilated_convolution_3x3", "dilated_convolution_5x5");
  const auto stride = GENERATE(as<int64_t>{}, 1, 2);
  const auto input_channels = GENERATE(as<int64_t>{}, 1, 4);
  const auto side = GENERATE(as<int64_t>{}, 7, 8);
  CAPTURE(name, stride, input_channels, side);
  torch::manual_seed(1);
  auto operation = MakeOperation(name, {input_channels, 4, stride, true});
  REQUIRE(operation.ok());
  const auto input = torch::randn({3, input_channels, side, side}, torch::requires_grad());
  const auto output = (*operation)->forward(input);
  const int64_t expected = (side + stride - 1) / stride;
  CHECK(output.sizes() == torch::IntArrayRef({3, 4, expected, expected}));
  output.square().sum().backward();
  CHECK(input.grad().isfinite().all().item<bool>());
}

TEST_CASE("an operation of another name is refused with the forms there are", "[nas]") {
  const auto name = GENERATE(as<std::string>{}, "none", "", "convolution", "convolution_3x5",
                             "convolution_2x2", "convolution_13x13", "convolution_-1x-1",
                             "warp_3x3", "skip_connection_3x3", "max_pooling_3x3x3");
  CAPTURE(name);
  const auto operation = MakeOperation(name, {1, 1, 1, true});
  REQUIRE_FALSE(operation.ok());
  CHECK(Message(operation.status()).find("separable_convolution_KxK") != std::string::npos);
  CHECK(IsOperation(name) == (name == "none"));
}

TEST_CASE("the operations of the published spaces are known", "[nas]") {
  for (const auto& space : {DartsSpace(), NasBench201Space()}) {
    for (const auto& name : space.operations) CHECK(IsOperation(name));
  }
}

TEST_CASE("a convolution of 1x1 with a stride is one of every other pixel", "[nas]") {
  torch::manual_seed(1);
  auto operation = MakeOperation("convolution_1x1", {3, 5, 2, true});
  REQUIRE(operation.ok());
  (*operation)->eval();  // the normalisation then changes nothing but by its epsilon
  const auto weight = (*operation)->parameters()[0];
  const auto input = torch::randn({2, 3, 7, 8});
  const auto expected = torch::conv2d(input.relu(), weight, {}, 2);
  CHECK(torch::allclose((*operation)->forward(input), expected, 1e-4, 1e-4));
}

}  // namespace
}  // namespace qalam::nas
