// Constraints over parameters: parsing, and that every sampler keeps them.

#include "api/constraint.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "suggestion/registry.h"
#include "suggestion/untried.h"
#include "tests/suggestion/conformance/support.h"
#include "tests/support/resource.h"

namespace qalam {
namespace {

using Kind = ConstraintName::Kind;

Parameter Whole(const std::string& name, int max) {
  Parameter parameter{.name = name, .type = ParameterType::kInt};
  parameter.feasible_space = {.min = "0", .max = std::to_string(max)};
  return parameter;
}

Parameter Real(const std::string& name) {
  Parameter parameter{.name = name, .type = ParameterType::kDouble};
  parameter.feasible_space = {.min = "0", .max = "1"};
  return parameter;
}

ExperimentSpec ConstraintSpec(const std::string& algorithm, std::vector<Parameter> parameters,
                              std::vector<std::string> constraints) {
  ExperimentSpec spec{.parameters = std::move(parameters), .constraints = std::move(constraints)};
  spec.algorithm.name = algorithm;
  // One level: what is left is a search like any other.
  AddResource(spec, "9", "9");
  return spec;
}

std::string AnyChoosingAlgorithm() { return GENERATE(from_range(ChoosingAlgorithms())); }

}  // namespace

TEST_CASE("A constraint computes as arithmetic does", "[constraint]") {
  const std::vector<ConstraintName> names = {{"a"},   {"b"}, {"a-b"},          {"max"},
                                             {"2.x"}, {"e"}, {"learning rate"}};
  const std::vector<double> numbers = {2, 3, 10, 5, 0.5, 7, 0.25};
  struct Case {
    const char* text;
    double violation;
  };
  const auto one = GENERATE(values<Case>({
      {"a * b <= 4", 2},
      {"a + b * a ^ b >= 25", -1},
      {"-a < (b - 1e1) / 7", -1},
      {"a-b <= 0", 10},
      {"a - b <= 0", -1},
      {"max(a, b, 4) > max", 1},
      {"min(a,b)<=abs(-1)", 1},
      {"2.x * 2 <= .5", 0.5},
      {"log2(a * 4) + sqrt(4) <= 5", 0},
      {"learning rate > 0.5", 0.25},
      {"e<=exp(0)", 6},
      {"floor(2.x) + ceil(2.x) + round(b / a) + log(1) + log10(100) <= 5", 0},
  }));
  CAPTURE(one.text);
  const auto constraint = Constraint::Parse(one.text, names);
  INFO(Message(constraint.status()));
  REQUIRE(constraint.ok());
  CHECK(constraint->Violation(numbers) == Approx(one.violation));
  // A copy stands alone.
  Constraint copy = *constraint;
  CHECK(copy.Violation(std::vector<double>(7, 1.0)) ==
        constraint->Violation(std::vector<double>(7, 1.0)));
  CHECK(copy.Violation(numbers) == Approx(one.violation));
}

TEST_CASE("Strict comparisons break at equality and what is no number never holds",
          "[constraint]") {
  const std::vector<ConstraintName> names = {{"a"}};
  const auto holds = [&](const char* text, double a) {
    return Constraint::Parse(text, names)->Holds(std::vector<double>{a});
  };
  CHECK(holds("a <= 1", 1));
  CHECK_FALSE(holds("a < 1", 1));
  CHECK_FALSE(holds("a > 1", 1));
  CHECK(holds("a < 1", std::nextafter(1, 0)));
  CHECK_FALSE(holds("sqrt(a) <= 1", -1));
  CHECK_FALSE(holds("sqrt(a) >= 1", -1));
  CHECK(std::isnan(Constraint::Parse("a / a < 9", names)->Violation(std::vector<double>{0})));
}

TEST_CASE("A constraint that cannot be read says where and why", "[constraint]") {
  const std::vector<ConstraintName> names = {
      {"batch"}, {"width"}, {"activation", Kind::kWord}, {"latency", Kind::kMetric}};
  struct Case {
    const char* text;
    const char* message;
  };
  const auto one = GENERATE(values<Case>({
      {"batch * widht <= 9",
       "at column 9: \"widht\" is no parameter, metric or function (did you mean \"width\"?)"},
      {"batch + 1", "is not a comparison"},
      {"", "is not a comparison"},
      {"batch = 3", "at column 7: \"=\" is not allowed; <=, <, >= and > compare"},
      {"batch == 3", "at column 7: \"=\" is not allowed"},
      {"1 < batch < 3", "at column 11: a second comparison"},
      {"batch * <= 3", "at column 9: the expression ends too early"},
      {"batch <= ", "at column 10: the expression ends too early"},
      {"(batch + 1 <= 3", "a closing parenthesis is missing"},
      {"batch + 1) <= 3", "at column 10: this parenthesis is not expected"},
      {"batch 2 <= 3", "at column 7: this is not expected"},
      {"sqrt(batch, 2) <= 3", "too many arguments"},
      {"max() <= batch", "too few arguments"},
      {"activation <= 3", "at column 1: activation is categorical; only numbers"},
      {"batch <= latency", "at column 10: batch and latency are a parameter and a metric"},
      {"1 <= 2", "names no parameter and no metric"},
      {"batch <= \"3\"", "at column 10: \"\"\" is not expected"},
      {"batch <= 3; batch", "at column 11: \";\" is not expected"},
      {"system(batch) <= 1", "at column 1: \"system\" is no parameter, metric or function"},
      {"batch.size <= 1", "at column 1: \"batch.size\" is no parameter"},
      {"v0 <= 1", "at column 1: \"v0\" is no parameter"},
      {"batch <= 0x10", "at column 10: \"0x10\" is no parameter"},
  }));
  CAPTURE(one.text);
  const auto constraint = Constraint::Parse(one.text, names);
  REQUIRE(constraint.status().code() == StatusCode::kInvalidArgument);
  INFO(Message(constraint.status()));
  CHECK(Message(constraint.status()).find(one.message) != std::string::npos);
}

TEST_CASE("A number after a name is never part of it", "[constraint]") {
  std::vector<ConstraintName> names;
  for (int i = 0; i < 13; ++i) names.push_back({fmt::format("p{}", i)});
  // p1 is the second name: with the 2 it must not be taken for the thirteenth.
  CHECK_FALSE(Constraint::Parse("p1 2 <= 3", names).ok());
  CHECK_FALSE(Constraint::Parse("p1 p2 <= 3", names).ok());
}

TEST_CASE("A constraint is bounded however it is nested", "[constraint]") {
  const std::vector<ConstraintName> names = {{"a"}};
  const std::string deep = std::string(400, '(') + "a" + std::string(400, ')') + " <= 1";
  CHECK(Constraint::Parse(deep, names).ok());
  CHECK_FALSE(Constraint::Parse(std::string(400, '(') + "a <= 1", names).ok());
  CHECK_FALSE(Constraint::Parse(std::string(1001, ' ') + "a <= 1", names).ok());
}

TEST_CASE("A constraint over an inactive parameter does not apply", "[constraint]") {
  auto parameters =
      std::vector<Parameter>{List("kind", ParameterType::kCategorical, {"x", "y"}), Real("a"),
                             List("size", ParameterType::kDiscrete, {"64", "16"})};
  parameters[1].active_when = ActiveWhen{"kind", {"x"}};
  const auto space = SearchSpace::Create(parameters, {"a <= 0.5", "size < 64"});
  REQUIRE(space.ok());
  const auto feasible = [&](const std::vector<Assignment>& assignments) {
    return space->IsFeasible(*space->Parse(assignments));
  };
  CHECK(feasible({{"kind", "x"}, {"a", "0.5"}, {"size", "16"}}));
  CHECK_FALSE(feasible({{"kind", "x"}, {"a", "0.6"}, {"size", "16"}}));
  CHECK(feasible({{"kind", "y"}, {"size", "16"}}));
  // A list value counts as the number, not as its place in the list.
  CHECK_FALSE(feasible({{"kind", "y"}, {"size", "64"}}));
}

TEST_CASE("Every sampler keeps the constraints", "[constraint][sampler]") {
  const std::string algorithm = AnyChoosingAlgorithm();
  CAPTURE(algorithm);
  const bool finite = FindAlgorithm(algorithm)->capabilities.needs_finite || GENERATE(true, false);
  const auto spec =
      finite ? ConstraintSpec(algorithm, {Whole("a", 40), Whole("b", 40)},
                              {"a * b <= 40", "a + b >= 10"})
             : ConstraintSpec(algorithm, {Real("a"), Real("b")}, {"a * b <= 0.1", "a + b >= 0.8"});
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 3);
  // Results from elsewhere may break them, and may be the best there are.
  RandomStream stream(1, 0, "test");
  std::vector<TrialResult> results;
  for (int i = 0; i < 40; ++i) {
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
    for (auto& x : unit) x = stream.Uniform();
    results.push_back({.number = i - 40, .point = space.FromUnit(unit)});
    results.back().objectives = {-unit.sum()};
  }
  sampler->Tell(results);
  for (int i = 0; i < 30; i += 3) {
    const auto proposals = sampler->Suggest({.count = 3, .first_trial_number = i});
    INFO(Message(proposals.status()));
    REQUIRE(proposals.ok());
    REQUIRE(proposals->size() == 3);
    for (const auto& proposal : *proposals) {
      CHECK(space.IsFeasible(proposal.point));
      TrialResult result{.number = proposal.trial_number, .point = proposal.point};
      result.objectives = {-space.ToUnit(proposal.point).sum()};
      sampler->Tell({&result, 1});
    }
  }
}

TEST_CASE("Every sampler tries all feasible points of a small space before it repeats",
          "[constraint][sampler]") {
  const std::string algorithm = AnyChoosingAlgorithm();
  CAPTURE(algorithm);
  // Six points of 121.
  const auto spec = ConstraintSpec(algorithm, {Whole("a", 10), Whole("b", 10)}, {"a + b <= 2"});
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 3);
  std::vector<Point> seen;
  for (int i = 0; i < 6; ++i) {
    const auto proposals = *sampler->Suggest({.count = 1, .first_trial_number = i});
    REQUIRE(proposals.size() == 1);
    CHECK(std::find(seen.begin(), seen.end(), proposals[0].point) == seen.end());
    CHECK(space.IsFeasible(proposals[0].point));
    seen.push_back(proposals[0].point);
    const TrialResult result{.number = i, .point = seen.back(), .objectives = {1.0 * i}};
    sampler->Tell({&result, 1});
  }
  const auto more = sampler->Suggest({.count = 2, .first_trial_number = 6});
  REQUIRE(more.ok());
  CHECK(more->size() == (FindAlgorithm(algorithm)->capabilities.exhaustible ? 0 : 2));
  for (const auto& proposal : *more) CHECK(space.IsFeasible(proposal.point));
}

TEST_CASE("Constraints that leave nothing are refused when the sampler is made", "[constraint]") {
  const auto spec = ConstraintSpec("random", {Real("a"), Real("b")}, {"a + b <= 0.5", "a > 0.6"});
  const auto space = SearchSpace::ForExperiment(spec);
  REQUIRE(space.ok());
  const auto sampler = CreateSampler(spec, *space, 1);
  CHECK(Message(sampler.status()) == "none of 10000 points drawn keeps the constraints");
  // One point of 10,201, which drawing may miss and looking at all does not.
  const auto needle = ConstraintSpec("random", {Whole("a", 100), Whole("b", 100)}, {"a + b <= 0"});
  const auto small = *SearchSpace::ForExperiment(needle);
  CHECK((*CreateSampler(needle, small, 1))->Suggest({.count = 1}).ok());
}

TEST_CASE("Draws that keep a constraint are uniform among them", "[constraint]") {
  const auto space = *SearchSpace::Create({Real("a"), Real("b")}, {"a + b <= 1"});
  RandomStream stream(1, 0, "test");
  double total = 0;
  constexpr int kDraws = 4000;
  for (int i = 0; i < kDraws; ++i) total += DrawUniform(space, stream).values[0];
  // The mean over the triangle is 1/3, its standard deviation sqrt(1/18); four standard errors.
  CHECK(total / kDraws == Approx(1.0 / 3).margin(4 * std::sqrt(1.0 / 18 / kDraws)));
}

}  // namespace qalam
