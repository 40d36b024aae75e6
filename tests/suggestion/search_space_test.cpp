#include "suggestion/search_space.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "suggestion/math/sobol_sequence.h"
#include "suggestion/parameter_faults.h"

namespace qalam {

namespace {
Dimension MakeSpace(ParameterType type, FeasibleSpace space) {
  Parameter parameter{.name = "p", .type = type, .feasible_space = std::move(space)};
  auto dimension = Dimension::Create(parameter);
  INFO(Message(dimension.status()));
  REQUIRE(dimension.ok());
  return *std::move(dimension);
}
}  // namespace

TEST_CASE("Integers get equal mass, both ends included", "[space]") {
  const Dimension dimension = MakeSpace(ParameterType::kInt, {.min = "-1", .max = "3"});
  std::map<std::string, int> counts;
  constexpr int kSteps = 1000;
  for (int i = 0; i < kSteps; ++i)
    ++counts[dimension.Format(dimension.FromUnit((i + 0.5) / kSteps))];
  CHECK(counts ==
        std::map<std::string, int>{{"-1", 200}, {"0", 200}, {"1", 200}, {"2", 200}, {"3", 200}});
}

TEST_CASE("Steps print in decimal without binary noise", "[space]") {
  const Dimension dimension =
      MakeSpace(ParameterType::kDouble, {.min = "0.1", .max = "0.7", .step = "0.1"});
  REQUIRE(dimension.cardinality() == 7);
  const char* expected[] = {"0.1", "0.2", "0.3", "0.4", "0.5", "0.6", "0.7"};
  for (int i = 0; i < 7; ++i) CHECK(dimension.Format(dimension.ValueAt(i)) == expected[i]);
  CHECK(MakeSpace(ParameterType::kDouble, {.min = "-0.5", .max = "1", .step = "0.25"})
            .Format(-0.25) == "-0.25");
}

TEST_CASE("Distributions match their closed forms", "[space]") {
  const Dimension log =
      MakeSpace(ParameterType::kDouble,
                {.min = "0.001", .max = "10", .distribution = Distribution::kLogUniform});
  CHECK(log.FromUnit(0.5) == Approx(0.1));
  const Dimension normal = MakeSpace(
      ParameterType::kDouble, {.min = "0", .max = "6", .distribution = Distribution::kNormal});
  CHECK(normal.FromUnit(0.5) == Approx(3));
  // One standard deviation above the mean, truncated at three: (0.841345 - 0.00135) / 0.9973.
  CHECK(normal.ToUnit(4) == Approx((0.8413447461 - 0.0013498980) / 0.9973002039));
  CHECK(normal.FromUnit(0) == Approx(0).margin(1e-9));
  CHECK(normal.FromUnit(1) == Approx(6));
  for (const auto* dimension : {&log, &normal}) {
    for (const double unit : {0.01, 0.3, 0.77}) {
      CHECK(dimension->ToUnit(dimension->FromUnit(unit)) == Approx(unit));
    }
  }
}

TEST_CASE("List values come back as the user wrote them", "[space]") {
  const Dimension dimension = MakeSpace(ParameterType::kDiscrete, {.list = {"128", "1e-1", "16"}});
  CHECK(dimension.Format(dimension.FromUnit(0.99)) == "128");
  CHECK(dimension.Format(dimension.FromUnit(0.01)) == "1e-1");
  CHECK(*dimension.Parse("128.0") == 0);
  CHECK(dimension.Parse("17").status().code() == StatusCode::kOutOfRange);
}

TEST_CASE("A condition on a number holds however the number is written", "[space]") {
  Parameter whole{.name = "layers", .type = ParameterType::kInt};
  whole.feasible_space = {.min = "1", .max = "10"};
  Parameter stepped{.name = "dropout"};
  stepped.feasible_space = {.min = "0", .max = "1", .step = "0.05"};
  Parameter listed{.name = "batch", .type = ParameterType::kDiscrete};
  listed.feasible_space.list = {"16", "8"};
  Parameter child{.name = "child"};
  child.feasible_space = {.min = "0", .max = "1"};
  const auto active = [&](const Parameter& parent, const std::string& condition,
                          const std::string& value) {
    child.active_when = ActiveWhen{parent.name, {condition}};
    const auto space = SearchSpace::Create({child, parent});
    INFO(Message(space.status()));
    REQUIRE(space.ok());
    const auto point = space->Parse({{"child", "0.5"}, {parent.name, value}});
    REQUIRE(point.ok());
    return space->IsActive(0, *point);
  };
  CHECK(active(whole, "8.0", "8"));
  CHECK(active(whole, "8", "8"));
  CHECK_FALSE(active(whole, "8.0", "9"));
  CHECK(active(stepped, "0.50", "0.5"));
  CHECK(active(stepped, "0.3", "0.3"));
  CHECK(active(stepped, "3e-1", "0.3"));
  CHECK_FALSE(active(stepped, "0.3", "0.35"));
  CHECK(active(listed, "8.0", "8"));
  CHECK_FALSE(active(listed, "16", "8"));
}

TEST_CASE("A condition that can never hold is refused", "[space]") {
  Parameter parent{.name = "rate"}, child{.name = "child"};
  parent.feasible_space = child.feasible_space = {.min = "0", .max = "1"};
  child.active_when = ActiveWhen{"rate", {"0.5"}};
  const auto message = [&] {
    const auto faults = CheckParameters({parent, child});
    return faults.empty() ? "" : faults.front().message;
  };
  const auto has_child = [&](const char* rate) {
    const auto space = SearchSpace::Create({parent, child});
    REQUIRE(space.ok());  // what was accepted once goes on
    return space->IsActive(1, *space->Parse({{"rate", rate}, {"child", "1"}}));
  };
  CHECK_FALSE(has_child("0.5"));
  CHECK(message() ==
        "parameter child: activeWhen: rate takes any value of its range, so that none is met; give "
        "it a step, or make it discrete");
  parent.feasible_space.step = "0.25";
  CHECK(message() == "");
  child.active_when->values = {"0.25", "0.3"};
  CHECK(message() ==
        "parameter child: activeWhen: parameter rate: 0.3 is not on its grid of steps");
  CHECK(has_child("0.25"));
  CHECK_FALSE(has_child("0.5"));
  child.active_when->values = {"two"};
  CHECK(message().find("activeWhen: parameter rate: value should be a finite number") !=
        std::string::npos);
}

TEST_CASE("Ranges whose values are no different numbers are refused", "[space]") {
  const auto message = [](ParameterType type, FeasibleSpace space) {
    Parameter parameter{.name = "p", .type = type, .feasible_space = std::move(space)};
    return Message(Dimension::Create(parameter).status());
  };
  const auto whole = ParameterType::kInt, real = ParameterType::kDouble;
  CHECK(message(whole, {.min = "-9007199254740991", .max = "-9007199254740990"}) == "");
  CHECK(message(whole, {.min = "9007199254740992", .max = "9007199254740993"})
            .find("9007199254740992 should be between -2^53 and 2^53") != std::string::npos);
  CHECK(message(real, {.min = "-1e308", .max = "1e308"}).find("too wide") != std::string::npos);
  CHECK(message(real, {.min = "0", .max = "1.7e308"}) == "");
  CHECK(message(real, {.min = "1e15", .max = "1000000000000001", .step = "0.01"})
            .find("step 0.01 is lost beside 1e15") != std::string::npos);
}

TEST_CASE("Steps from a bound with many digits print as they are", "[space]") {
  const Dimension dimension = MakeSpace(
      ParameterType::kDouble, {.min = "10000000.000000000001", .max = "10000009", .step = "1"});
  CHECK(*dimension.Parse(dimension.Format(dimension.ValueAt(3))) == dimension.ValueAt(3));
}

TEST_CASE("Sobol's first points are the published ones", "[sobol]") {
  const SobolSequence sequence(3);
  const double expected[][3] = {
      {0, 0, 0}, {0.5, 0.5, 0.5}, {0.75, 0.25, 0.25}, {0.25, 0.75, 0.75}, {0.375, 0.375, 0.625}};
  for (int i = 0; i < 5; ++i) {
    for (int d = 0; d < 3; ++d) CHECK(sequence.Coordinate(i, d) * 0x1.0p-32 == expected[i][d]);
  }
}

TEST_CASE("The ends of the unit interval are the ends of the range, to the digit", "[space]") {
  const auto distribution = GENERATE(Distribution::kUniform, Distribution::kLogUniform,
                                     Distribution::kNormal, Distribution::kLogNormal);
  Parameter parameter{.name = "x"};
  parameter.feasible_space = {.min = "0.000001", .max = "0.3", .distribution = distribution};
  const auto dimension = *Dimension::Create(parameter);
  CHECK(dimension.Format(dimension.FromUnit(0)) == "1e-06");
  CHECK(dimension.Format(dimension.FromUnit(1)) == "0.3");
}

}  // namespace qalam
