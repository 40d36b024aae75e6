#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "nas/architecture/cell_code.h"
#include "nas/networks/cell_network.h"
#include "nas/scores/score.h"

namespace qalam::nas {
namespace {

// Layers of given weights on flattened images, with or without rectifiers.
class PlainNetwork : public ImageNetwork {
 public:
  PlainNetwork(const std::vector<torch::Tensor>& weights, bool rectified) : rectified_(rectified) {
    for (size_t i = 0; i < weights.size(); ++i) {
      weights_.push_back(register_parameter("weight" + std::to_string(i), weights[i]));
    }
  }
  NetworkOutput Forward(const torch::Tensor& images) override {
    torch::Tensor values = images.flatten(1);
    for (const auto& weight : weights_) {
      values = values.matmul(weight.t());
      if (rectified_) values = torch::relu(values);
    }
    return {values, {}};
  }

 private:
  const bool rectified_;
  std::vector<torch::Tensor> weights_;
};

TEST_CASE("SynFlow of a linear network is its flow, once for each layer", "[nas]") {
  torch::manual_seed(1);
  const auto first = torch::randn({5, 4}), second = torch::randn({3, 5}),
             third = torch::randn({2, 3});
  PlainNetwork network({first, second, third}, false);
  const auto kept = first.clone();
  const double flow = third.abs().matmul(second.abs()).matmul(first.abs()).sum().item<double>();
  CHECK(SynflowScore(network, torch::zeros({1, 1, 2, 2})) ==
        Approx(std::log(3 * flow)).epsilon(1e-5));
  CHECK(torch::equal(network.parameters()[0], kept));
  CHECK(network.is_training());
}

TEST_CASE("SynFlow is the same whatever the weights' signs", "[nas]") {
  torch::manual_seed(1);
  const auto weight = torch::randn({3, 4});
  PlainNetwork one({weight.clone()}, true), other({-weight}, true);
  const auto images = torch::zeros({1, 1, 2, 2});
  CHECK(SynflowScore(one, images) == Approx(SynflowScore(other, images)));
}

TEST_CASE("NASWOT counts the rectifiers that two images switch alike", "[nas]") {
  // Rectifiers open by image: 1 0 0, 1 1 0, 0 1 1; pairs agree on 2, 0 and 1 of 3.
  const auto open = torch::tensor({{1.f, 0.f, 0.f}, {1.f, 1.f, 0.f}, {0.f, 1.f, 1.f}});
  PlainNetwork network({torch::eye(3)}, true);
  const auto images = (2 * open - 1).view({3, 1, 1, 3});
  const auto kernel = torch::tensor({{3., 2., 0.}, {2., 3., 1.}, {0., 1., 3.}}, torch::kDouble);
  CHECK(NaswotScore(network, images) ==
        Approx(std::log(torch::linalg_det(kernel).item<double>())).epsilon(1e-6));
  // Two images that nothing tells apart make the kernel singular.
  CHECK(NaswotScore(network, torch::ones({2, 1, 1, 3})) < -20);
}

TEST_CASE("gradients that are the same for every image get the worst covariance", "[nas]") {
  torch::manual_seed(1);
  PlainNetwork linear({torch::randn({3, 16})}, false);
  PlainNetwork rectified({torch::randn({64, 16}), torch::randn({3, 64})}, true);
  const int64_t count = 6;
  const auto images = torch::randn({count, 1, 4, 4});
  // All correlations are 1: eigenvalues count, 0, 0, ...
  const double k = 1e-5, n = count;
  CHECK(JacobianCovarianceScore(linear, images) ==
        Approx(-((n - 1) * (std::log(k) + 1 / k) + std::log(n + k) + 1 / (n + k))).epsilon(1e-3));
  CHECK(JacobianCovarianceScore(rectified, images) > JacobianCovarianceScore(linear, images));
}

TEST_CASE("every score is finite on real cells, and leaves them as they were", "[nas]") {
  torch::manual_seed(2);
  const auto score = GENERATE(from_range(Scores()));
  CAPTURE(score.name);
  for (const auto& space : {DartsSpace(), NasBench201Space()}) {
    auto made = MakeCellNetwork(RandomGenotype(space, 3, 1), {1, 10, 3, 4, 1}, false);
    REQUIRE(made.ok());
    const auto network = *made;
    const auto images = torch::randn({8, 1, 8, 8});
    std::vector<torch::Tensor> before;
    for (const auto& tensor : network->parameters()) before.push_back(tensor.clone());
    for (const auto& tensor : network->buffers()) before.push_back(tensor.clone());
    const double value = score.function(*network, images);
    CHECK(std::isfinite(value));
    CHECK(score.function(*network, images) == Approx(value));
    auto after = network->parameters();
    for (const auto& tensor : network->buffers()) after.push_back(tensor);
    for (size_t i = 0; i < before.size(); ++i) CHECK(torch::equal(before[i], after[i]));
  }
}

TEST_CASE("a network that no image passes is worth nothing", "[nas]") {
  PlainNetwork dead({torch::zeros({4, 16}), torch::zeros({3, 4})}, true);
  const auto images = torch::randn({8, 1, 4, 4});
  for (const auto& score : Scores()) {
    CAPTURE(score.name);
    CHECK(score.function(dead, images) == -std::numeric_limits<double>::infinity());
  }
}

TEST_CASE("ranks are 1 for the largest, shared by equals, last for what is no number", "[nas]") {
  const double nan = std::nan("");
  CHECK(RanksOf({2, 5, 2, nan, 9}) == std::vector<double>{3.5, 2, 3.5, 5, 1});
  CHECK(RanksOf({}).empty());
}

}  // namespace
}  // namespace qalam::nas
