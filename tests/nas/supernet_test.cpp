#include "nas/networks/supernet.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "nas/methods/architecture_weights.h"

namespace qalam::nas {
namespace {

bool SupernetClose(const torch::Tensor& a, const torch::Tensor& b) {
  return torch::allclose(a, b, 1e-4, 1e-5);
}

CellChoice UniformMixture(const CellSpace& space) {
  return {torch::full({space.edge_count(), static_cast<int64_t>(space.operations.size())}, 0.125),
          {},
          {}};
}

TEST_CASE("a mixed operation adds up its operations by their weights, none being nothing",
          "[nas]") {
  torch::manual_seed(1);
  MixedOperation edge(std::vector<std::string>{"none", "skip_connection", "convolution_3x3"},
                      OperationShape{4, 4, 1, false}, 1);
  const auto input = torch::randn({2, 4, 5, 5});
  const std::vector<torch::Tensor> weights = torch::tensor({0.5f, 0.3f, 0.2f}).unbind();
  const auto convolved = edge->Select(input, 2, {});
  CHECK(SupernetClose(edge->Mix(input, weights.data()), 0.3 * input + 0.2 * convolved));
  CHECK(SupernetClose(edge->Select(input, 2, weights[2]), 0.2 * convolved));
  CHECK(torch::equal(edge->Select(input, 1, {}), input));
  CHECK_FALSE(edge->Select(input, 0, {}).defined());
}

TEST_CASE("an operation alone passes the gradient to its own weight", "[nas]") {
  torch::manual_seed(1);
  MixedOperation edge(std::vector<std::string>{"skip_connection", "convolution_3x3"},
                      OperationShape{4, 4, 1, false}, 1);
  const auto input = torch::randn({2, 4, 5, 5});
  const auto weight = torch::ones({}, torch::requires_grad());
  // d sum(w f(x)) / dw = sum f(x)
  edge->Select(input, 0, weight).sum().backward();
  CHECK(weight.grad().item<float>() == Approx(input.sum().item<float>()).margin(1e-4));
}

TEST_CASE("partial channels pass the rest by, shuffled", "[nas]") {
  torch::manual_seed(1);
  const auto stride = GENERATE(as<int64_t>{}, 1, 2);
  MixedOperation edge(std::vector<std::string>{"skip_connection", "convolution_3x3"},
                      OperationShape{8, 8, stride, false}, 4);
  const auto input = torch::randn({2, 8, 5, 5});
  const std::vector<torch::Tensor> weights = torch::tensor({0.0f, 1.0f}).unbind();
  const auto output = edge->Mix(input, weights.data());
  const int64_t side = stride == 1 ? 5 : 3;
  REQUIRE(output.sizes() == torch::IntArrayRef({2, 8, side, side}));
  // Two channels of eight are computed. With four groups of two, channel 2 g of the shuffled
  // ones...
  const auto rest = stride == 1 ? input : torch::max_pool2d(input, 2, 2, 0, 1, true);
  // ... is the first of group g, and channel 4 + g the second: [0 2 4 6 1 3 5 7].
  for (const auto& [shuffled, original] :
       std::vector<std::pair<int, int>>{{1, 2}, {2, 4}, {3, 6}, {5, 3}, {6, 5}, {7, 7}}) {
    CAPTURE(shuffled);
    CHECK(torch::equal(output.select(1, shuffled), rest.select(1, original)));
  }
  CHECK_FALSE(SupernetClose(output.select(1, 0), rest.select(1, 0)));
}

TEST_CASE("the supernet computes both spaces, soft and by one architecture alike", "[nas]") {
  const CellSpace space = GENERATE(DartsSpace(), NasBench201Space());
  const auto partial = GENERATE(as<int64_t>{}, 1, 4);
  CAPTURE(space.name, partial);
  torch::manual_seed(3);
  auto network = MakeSupernet(space, {1, 10, 5, 4, 1}, partial);
  REQUIRE(network.ok());
  const auto images = torch::randn({6, 1, 8, 8});
  const auto soft = (*network)->forward(images, {UniformMixture(space), UniformMixture(space)});
  CHECK(soft.sizes() == torch::IntArrayRef({6, 10}));
  CHECK(soft.isfinite().all().item<bool>());

  // One architecture, by selection and by weights of 0 and 1.
  ArchitectureChoice selected, weighed;
  for (auto [choice, other] : {std::pair(&selected.normal, &weighed.normal),
                               std::pair(&selected.reduction, &weighed.reduction)}) {
    other->operations = torch::zeros_like(UniformMixture(space).operations);
    for (int edge = 0; edge < space.edge_count(); ++edge) {
      choice->selected.push_back(1 + edge % 4);
      other->operations[edge][1 + edge % 4] = 1;
    }
  }
  CHECK(SupernetClose((*network)->forward(images, selected), (*network)->forward(images, weighed)));
}

TEST_CASE("edges that are left out bring nothing, even when all are", "[nas]") {
  torch::manual_seed(3);
  const CellSpace space = NasBench201Space();
  auto network = MakeSupernet(space, {1, 3, 4, 4, 1});
  REQUIRE(network.ok());
  const auto images = torch::randn({6, 1, 8, 8});
  const auto logits = (*network)->forward(images, ChoiceOf({space, {}, {}}));
  CHECK(logits.isfinite().all().item<bool>());
  // Every image looks the same to it.
  CHECK(SupernetClose(logits, logits.slice(0, 0, 1).expand_as(logits)));
}

TEST_CASE("weights of edges multiply what the edges bring", "[nas]") {
  torch::manual_seed(3);
  CellSpace space = DartsSpace();
  space.computed_nodes = 1;
  auto network = MakeSupernet(space, {1, 3, 3, 4, 1});
  REQUIRE(network.ok());
  const auto images = torch::randn({6, 1, 8, 8});
  const CellChoice plain = UniformMixture(space);
  CellChoice both = plain, halved = plain;
  both.edges = torch::full({2}, 0.5);
  halved.operations = plain.operations * 0.5;
  CHECK(SupernetClose((*network)->forward(images, {both, both}),
                      (*network)->forward(images, {halved, halved})));
}

TEST_CASE("a supernet that cannot be is refused", "[nas]") {
  CellSpace unknown = DartsSpace();
  unknown.operations.push_back("warp_3x3");
  CellSpace empty = DartsSpace();
  empty.operations.clear();
  CHECK_FALSE(MakeSupernet(unknown, {1, 10, 5, 4, 1}).ok());
  CHECK_FALSE(MakeSupernet(empty, {1, 10, 5, 4, 1}).ok());
  CHECK_FALSE(MakeSupernet(DartsSpace(), {1, 10, 0, 4, 1}).ok());
  CHECK_FALSE(MakeSupernet(DartsSpace(), {1, 10, 200, 4, 1}).ok());
  CHECK_FALSE(MakeSupernet(DartsSpace(), {1, 10, 5, 6, 1}, 4).ok());
}

TEST_CASE("a derived cell is alive where none weighs most everywhere", "[nas]") {
  const CellSpace space = NasBench201Space();
  ArchitectureWeights weights = DrawArchitectureWeights(space, 1, false, torch::kCPU);
  torch::NoGradGuard no_gradients;
  weights.normal.select(1, 0).fill_(5);  // none
  weights.normal[space.EdgeIndex(3, 1)][3] = 2;
  const Genotype genotype = DeriveGenotype(space, weights);
  for (int node = 1; node <= 3; ++node) {
    CAPTURE(node);
    CHECK(std::count_if(genotype.normal.begin(), genotype.normal.end(),
                        [&](const CellEdge& edge) { return edge.node == node; }) == 1);
  }
  CHECK(genotype.normal.back() == CellEdge{3, 1, "convolution_3x3"});
}

TEST_CASE("drawn cells have each operation as often as its softmax says", "[nas]") {
  const CellSpace space = NasBench201Space();
  ArchitectureWeights weights = DrawArchitectureWeights(space, 1, false, torch::kCPU);
  const std::vector<float> shares = {0.1f, 0.5f, 0.2f, 0.15f, 0.05f};
  weights.normal = torch::tensor(shares).log().repeat({space.edge_count(), 1});
  std::map<std::string, int> counts;
  constexpr int kDraws = 600;
  for (int i = 0; i < kDraws; ++i) {
    RandomStream stream(3, i, "test");
    // Of the edges into the last node, since a node that none would reach keeps another edge.
    for (const CellEdge& edge : DrawGenotype(space, weights, stream).normal) {
      if (edge.node == 3 && edge.source == 2) ++counts[edge.operation];
    }
  }
  for (size_t i = 1; i < shares.size(); ++i) {
    CAPTURE(space.operations[i]);
    CHECK(counts[space.operations[i]] == Approx(kDraws * shares[i]).margin(40));
  }
}

}  // namespace
}  // namespace qalam::nas
