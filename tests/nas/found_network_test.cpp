#include <catch2/catch.hpp>

#include "nas/architecture/cell_code.h"
#include "nas/networks/cell_network.h"
#include "nas/networks/chain_network.h"
#include "nas/networks/cost.h"

namespace qalam::nas {
namespace {

std::shared_ptr<ImageNetwork> CellNetworkOf(const Genotype& genotype, const NetworkShape& shape,
                                            bool auxiliary = false) {
  torch::manual_seed(1);
  auto network = MakeCellNetwork(genotype, shape, auxiliary);
  REQUIRE(network.ok());
  return *network;
}

ChainNetwork::Layer ChainLayerOf(const std::string& type, nlohmann::ordered_json parameters,
                                 std::vector<bool> skips) {
  return {{type, std::move(parameters)}, std::move(skips)};
}

TEST_CASE("a found network classifies images of any size and passes gradients everywhere",
          "[nas]") {
  const auto space = GENERATE(DartsSpace(), NasBench201Space());
  const auto side = GENERATE(as<int64_t>{}, 5, 8);
  const auto cells = GENERATE(as<int64_t>{}, 1, 2, 5);
  CAPTURE(space.name, side, cells);
  const auto network = CellNetworkOf(RandomGenotype(space, 1, 3), {3, 7, cells, 4, 3}, true);
  const auto output = network->Forward(torch::randn({4, 3, side, side}));
  CHECK(output.logits.sizes() == torch::IntArrayRef({4, 7}));
  CHECK(output.auxiliary.sizes() == torch::IntArrayRef({4, 7}));
  (output.logits.square().sum() + output.auxiliary.square().sum()).backward();
  CHECK(network->parameters().front().grad().abs().sum().item<float>() > 0);
  network->eval();
  CHECK_FALSE(network->Forward(torch::randn({4, 3, side, side})).auxiliary.defined());
}

TEST_CASE("a cell without any edge gives the same answer to every image", "[nas]") {
  const auto network = CellNetworkOf({.space = NasBench201Space()}, {3, 4, 3, 4, 1});
  network->eval();
  const auto logits = network->Forward(torch::randn({2, 3, 8, 8})).logits;
  CHECK(torch::equal(logits[0], logits[1]));
}

TEST_CASE("a dropped path is left out for whole images in training alone", "[nas]") {
  // One edge, so that an image whose path is dropped sees zeros.
  Genotype genotype{.space = NasBench201Space()};
  genotype.normal = {{3, 0, "convolution_3x3"}};
  const auto network = CellNetworkOf(genotype, {1, 3, 3, 4, 1});
  const auto images = torch::randn({1, 1, 8, 8}).expand({64, 1, 8, 8});
  network->SetDropPath(0.5);
  network->eval();
  const auto whole = network->Forward(images).logits;
  CHECK(whole.std(0).max().item<float>() < 1e-5);
  network->train();
  torch::manual_seed(3);
  CHECK(network->Forward(images).logits.std(0).max().item<float>() > 1e-3);
  network->SetDropPath(0);
  CHECK(network->Forward(images).logits.std(0).max().item<float>() < 1e-3);
}

TEST_CASE("parameters and multiply-adds of a cell are those counted by hand", "[nas]") {
  Genotype genotype{.space = NasBench201Space()};
  genotype.normal = {{1, 0, "convolution_3x3"}, {3, 1, "skip_connection"}};
  const auto network = CellNetworkOf(genotype, {1, 10, 4, 4, 1}, true);
  // Cells 1 and 2 of 4 are blocks: 4 -> 8 channels at 4x4, then 8 -> 16 at 2x2.
  const int64_t stem = 1 * 4 * 9, first = 4 * 4 * 9, last = 16 * 16 * 9, linear = 16 * 10;
  const int64_t block1 = 4 * 8 * 9, block1b = 8 * 8 * 9, shortcut1 = 4 * 8;
  const int64_t block2 = 8 * 16 * 9, block2b = 16 * 16 * 9, shortcut2 = 8 * 16;
  const int64_t normalizations = 2 * (4 + 4 + 8 + 8 + 16 + 16 + 16 + 16);
  CHECK(CountParameters(*network) == stem + first + block1 + block1b + shortcut1 + block2 +
                                         block2b + shortcut2 + last + linear + 10 + normalizations);
  const std::vector<int64_t> image = {1, 8, 8};
  CHECK(CountMultiplyAdds(*network, image) ==
        64 * (stem + first) + 16 * (block1 + block1b + shortcut1) +
            4 * (block2 + block2b + shortcut2 + last) + linear);
  CHECK(network->is_training());
  CHECK(MeasureLatencyMs(*network, image, 3) > 0);
}

TEST_CASE("a chain is padded, reduced and joined as Katib's example does", "[nas]") {
  ChainNetwork chain{.input_sizes = {9, 9, 2}, .output_sizes = {5}};
  chain.layers = {
      // Same padding: 9 / 2 rounded up.
      ChainLayerOf("convolution", {{"filter_size", "3"}, {"num_filter", "6"}, {"stride", 2}}, {}),
      // 5x5 -> 2x2, without padding; the skipped input of 9x9 surrounds the 5x5 first.
      ChainLayerOf("reduction", {{"reduction_type", "avg_pooling"}, {"pool_size", "2"}}, {true}),
      ChainLayerOf("separable_convolution", {{"num_filter", "7"}, {"depth_multiplier", "2"}},
                   {false, true}),
      ChainLayerOf("depthwise_convolution", {{"filter_size", "2"}, {"depth_multiplier", "3"}},
                   {false, false, false}),
  };
  torch::manual_seed(1);
  const auto network = MakeChainNetwork(chain);
  REQUIRE(network.ok());
  CHECK((*network)->Forward(torch::randn({3, 2, 9, 9})).logits.sizes() ==
        torch::IntArrayRef({3, 5}));
  // Layer 1: 2 -> 6 channels at 5x5. Layer 2: 6 + 2 channels at 9x9 -> 4x4. Layer 3: 8 channels at
  // 4x4 beside 6 at 5x5 make 14 at 5x5; depthwise to 28, pointwise to 7. Layer 4: 7 -> 21 by 2x2.
  const int64_t first = 2 * 6 * 9, third = 28 * 9 + 28 * 7, fourth = 21 * 4;
  CHECK(CountParameters(**network) == first + third + fourth + 2 * (6 + 7 + 21) + 21 * 5 + 5);
  CHECK(CountMultiplyAdds(**network, std::vector<int64_t>{2, 9, 9}) ==
        25 * (first + third + fourth) + 21 * 5);
}

TEST_CASE("a reduction of what cannot be reduced lets it pass", "[nas]") {
  ChainNetwork chain{.input_sizes = {2, 2, 1}, .output_sizes = {3}};
  for (int i = 0; i < 3; ++i) {
    chain.layers.push_back(
        ChainLayerOf("reduction", {{"pool_size", 2}}, std::vector<bool>(i, false)));
  }
  const auto network = MakeChainNetwork(chain);
  REQUIRE(network.ok());
  CHECK((*network)->Forward(torch::randn({1, 1, 2, 2})).logits.size(1) == 3);
}

TEST_CASE("an unsound chain is refused with its layer", "[nas]") {
  struct Case {
    const char* type;
    nlohmann::ordered_json parameters;
    const char* message;
  };
  const std::vector<Case> cases = {
      {"warp", {}, "layer 0: unknown operation type warp; should be convolution"},
      {"convolution", {{"filter_size", "x"}}, "filter_size should be a whole number from 1 to 31"},
      {"convolution", {{"num_filter", 0}}, "num_filter should be a whole number from 1 to 4096"},
      {"convolution", {{"pool_size", "2"}}, "convolution has no parameter pool_size; it takes"},
      {"reduction", {{"reduction_type", "min"}}, "should be max_pooling or avg_pooling, not"},
      {"depthwise_convolution", {{"depth_multiplier", 65}}, "from 1 to 64, not 65"}};
  for (const auto& [type, parameters, message] : cases) {
    CAPTURE(message);
    ChainNetwork chain{.input_sizes = {8, 8, 1}, .output_sizes = {3}};
    chain.layers = {ChainLayerOf(type, parameters, {})};
    const auto network = MakeChainNetwork(chain);
    REQUIRE_FALSE(network.ok());
    CHECK(Message(network.status()).find(message) != std::string::npos);
  }
  ChainNetwork deep{.input_sizes = {8, 8, 1}, .output_sizes = {3}};
  for (int i = 0; i < 20; ++i) {
    deep.layers.push_back(ChainLayerOf("depthwise_convolution", {{"depth_multiplier", 64}},
                                       std::vector<bool>(i, false)));
  }
  CHECK(Message(MakeChainNetwork(deep).status()).find("channels; at most 65536") !=
        std::string::npos);
  deep.input_sizes = {64};
  CHECK_FALSE(MakeChainNetwork(deep).ok());
}

}  // namespace
}  // namespace qalam::nas
