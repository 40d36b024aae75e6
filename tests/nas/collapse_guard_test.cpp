#include "nas/methods/collapse_guard.h"

#include <catch2/catch.hpp>

#include "nas/methods/dominant_eigenvalue.h"

namespace qalam::nas {
namespace {

TEST_CASE("power iteration finds the eigenvalue of the largest magnitude", "[nas]") {
  // Eigenvalues known: A = Q diag(...) Q^T, over two variables.
  torch::manual_seed(6);
  const auto values =
      GENERATE(std::vector<double>{5, 2, 1, 0.5, 0.1}, std::vector<double>{-7, 3, 2, 1, 0});
  const auto rotation =
      std::get<0>(torch::linalg_qr(torch::randn({5, 5}, torch::kDouble), "reduced"));
  const auto matrix =
      rotation.matmul(torch::diag(torch::tensor(values, torch::kDouble))).matmul(rotation.t());
  const auto first = torch::randn({2}, torch::dtype(torch::kDouble).requires_grad(true));
  const auto second = torch::randn({3, 1}, torch::dtype(torch::kDouble).requires_grad(true));
  const auto both = torch::cat({first, second.flatten()});
  const auto loss = both.dot(matrix.mv(both)) / 2 + both.sum();
  CHECK(DominantEigenvalue(loss, {first, second}, 1) == Approx(values[0]).epsilon(0.01));
}

TEST_CASE("a loss that does not bend has the eigenvalue 0", "[nas]") {
  const auto variable = torch::ones({3}, torch::requires_grad());
  CHECK(DominantEigenvalue(variable.sum(), {variable}, 1) == 0);
}

Genotype GuardedGenotype(int skips) {
  CellSpace space = DartsSpace();
  space.computed_nodes = 2;
  Genotype genotype{space, {}, {}};
  for (int node = 2; node < 4; ++node) {
    for (int source = 0; source < 2; ++source) {
      genotype.normal.push_back(
          {node, source, skips-- > 0 ? "skip_connection" : "separable_convolution_3x3"});
    }
  }
  genotype.reduction = genotype.normal;
  return genotype;
}

TEST_CASE("too many skip connections stop a search at the cell before", "[nas]") {
  SearchSettings settings;
  settings.most_skips = 2;
  CollapseGuard guard(settings);
  CHECK_FALSE(guard.Observe(GuardedGenotype(1), 0));
  CHECK_FALSE(guard.Observe(GuardedGenotype(2), 0));
  const auto stop = guard.Observe(GuardedGenotype(3), 0);
  REQUIRE(stop);
  CHECK((stop->genotype.normal == GuardedGenotype(2).normal));
}

TEST_CASE("a search that begins with too many skips goes on until it has something better",
          "[nas]") {
  SearchSettings settings;
  settings.most_skips = 2;
  CollapseGuard guard(settings);
  CHECK_FALSE(guard.Observe(GuardedGenotype(4), 0));
  CHECK_FALSE(guard.Observe(GuardedGenotype(3), 0));
  CHECK_FALSE(guard.Observe(GuardedGenotype(1), 0));
  CHECK(guard.Observe(GuardedGenotype(3), 0));
}

TEST_CASE("a growing eigenvalue stops a search at the cell five epochs before", "[nas]") {
  SearchSettings settings;
  settings.eigenvalue_ratio = 0.75;
  CollapseGuard whole(settings);
  // Steady for ten epochs, which is no reason; then it doubles.
  for (int epoch = 0; epoch < 10; ++epoch) {
    CHECK_FALSE(whole.Observe(GuardedGenotype(epoch < 8 ? 0 : 1), 1.0));
  }
  CollapseGuard resumed(settings);
  REQUIRE(resumed.Load(nlohmann::json::parse(whole.Save().dump())).ok());
  for (CollapseGuard* guard : {&whole, &resumed}) {
    std::optional<CollapseGuard::Stop> stop;
    int epoch = 10;
    for (; epoch < 20 && !stop; ++epoch) stop = guard->Observe(GuardedGenotype(2), 2.0);
    REQUIRE(stop);
    // Means over five: 1 against 1.2, then 1.4, which is more than 1 / 0.75.
    CHECK(epoch == 12);
    CHECK(CountSkips(stop->genotype.normal) == 0);
  }
}

}  // namespace
}  // namespace qalam::nas
