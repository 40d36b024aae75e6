#include "nas/networks/network_plan.h"

#include <catch2/catch.hpp>

namespace qalam::nas {
namespace {

TEST_CASE("eight DARTS cells of 16 channels are laid out as published", "[nas]") {
  const auto plans = PlanCells(DartsSpace(), {3, 10, 8, 16, 3});
  REQUIRE(plans.ok());
  // Reductions at cells 2 and 5; four nodes are concatenated; the stem gives 48 channels.
  const std::vector<int64_t> outputs = {64, 64, 128, 128, 128, 256, 256, 256};
  for (size_t i = 0; i < outputs.size(); ++i) {
    CAPTURE(i);
    const CellPlan& plan = (*plans)[i];
    CHECK(plan.output_channels == outputs[i]);
    CHECK(plan.reduction == (i == 2 || i == 5));
    CHECK(plan.follows_reduction == (i == 3 || i == 6));
    CHECK(plan.newer_channels == (i >= 1 ? outputs[i - 1] : 48));
    CHECK(plan.older_channels == (i >= 2 ? outputs[i - 2] : 48));
  }
}

TEST_CASE("a network out of bounds is refused", "[nas]") {
  for (const NetworkShape& shape : {NetworkShape{1, 2, 0}, NetworkShape{1, 2, 200},
                                    NetworkShape{1, 2, 8, 0}, NetworkShape{1, 2, 8, 16, 0}}) {
    CHECK_FALSE(PlanCells(DartsSpace(), shape).ok());
  }
}

}  // namespace
}  // namespace qalam::nas
