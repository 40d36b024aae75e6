#include "suggestion/point_faults.h"

#include <catch2/catch.hpp>

#include "tests/suggestion/conformance/support.h"

namespace qalam {
namespace {

SearchSpace Space() {
  Parameter momentum = Range("momentum", ParameterType::kDouble, "0", "1");
  momentum.active_when = ActiveWhen{"optimizer", {"sgd"}};
  return *SearchSpace::Create(
      {Range("lr", ParameterType::kDouble, "0.1", "0.5"),
       Range("units", ParameterType::kInt, "1", "64"),
       List("optimizer", ParameterType::kCategorical, {"sgd", "adam"}), momentum},
      {"lr * units <= 10", "lr + units <= 40"});
}

std::vector<std::string> Faults(const std::vector<Assignment>& assignments) {
  return PointFaults(Space(), assignments);
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("A point of the space has no faults", "[point-faults]") {
  CHECK(Faults({{"lr", "0.5"}, {"units", "8"}, {"optimizer", "adam"}}).empty());
  CHECK(Faults({{"momentum", "0.9"}, {"lr", "0.1"}, {"units", "8"}, {"optimizer", "sgd"}}).empty());
}

TEST_CASE("Every fault of a point is told at once", "[point-faults]") {
  const auto all = Faults({{"lr", "2"}, {"unit", "8"}, {"optimizer", "adma"}, {"lr", "0.2"}});
  CHECK(all == Texts{"there is no parameter unit (did you mean \"units\"?); there are: lr, units, "
                     "optimizer or momentum",
                     "parameter lr is given twice", "parameter lr: 2 is outside 0.1 to 0.5",
                     "parameter optimizer: \"adma\" is not in its list",
                     "parameter units has no value"});
  CHECK(Faults({}) == Texts{"parameter lr has no value", "parameter units has no value",
                            "parameter optimizer has no value"});
}

TEST_CASE("A condition that does not hold and one that does are both kept", "[point-faults]") {
  CHECK(Faults({{"lr", "0.1"}, {"units", "8"}, {"optimizer", "adam"}, {"momentum", "0.9"}}) ==
        Texts{"parameter momentum is given, but it has no place where optimizer is not sgd"});
  CHECK(Faults({{"lr", "0.1"}, {"units", "8"}, {"optimizer", "sgd"}}) ==
        Texts{"parameter momentum has no value"});
}

TEST_CASE("Every constraint that is broken is named", "[point-faults]") {
  CHECK(Faults({{"lr", "0.5"}, {"units", "64"}, {"optimizer", "adam"}}) ==
        Texts{"it breaks the constraint \"lr * units <= 10\"",
              "it breaks the constraint \"lr + units <= 40\""});
}

}  // namespace qalam
