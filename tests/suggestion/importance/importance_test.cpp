// What every evaluator of the table promises, and what each finds in functions that are known.

#include "suggestion/importance/importance.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <numeric>

#include "tests/suggestion/conformance/support.h"

namespace qalam {
namespace {

SearchSpace UnitSpace(int parameters) {
  std::vector<Parameter> list;
  for (int i = 0; i < parameters; ++i) {
    list.push_back(
        Range(std::string(1, static_cast<char>('a' + i)), ParameterType::kDouble, "0", "1"));
  }
  return *SearchSpace::Create(list);
}

using Loss = std::function<double(const Point&)>;

ImportanceInput Sample(const SearchSpace& space, int trials, const Loss& loss, uint64_t seed = 3) {
  ImportanceInput input{.space = &space, .seed = seed};
  RandomStream random(seed, 0, "importance test");
  for (int i = 0; i < trials; ++i) {
    input.points.push_back(RandomPoint(space, random));
    input.losses.push_back(loss(input.points.back()));
  }
  return input;
}

// By parameter, and by "a*b" for pairs.
std::map<std::string, double> Shares(const Importance& importance) {
  std::map<std::string, double> shares;
  for (const auto& part : importance.parameters) shares[part.parameter] = part.importance;
  for (const auto& pair : importance.pairs) {
    shares[pair.first + "*" + pair.second] = pair.importance;
  }
  return shares;
}

std::map<std::string, double> SharesOf(const std::string& evaluator, const ImportanceInput& input) {
  const auto importance = (*FindImportanceEvaluator(evaluator))->evaluate(input);
  INFO(Message(importance.status()));
  REQUIRE(importance.ok());
  return Shares(*importance);
}

const ImportanceEvaluator& AnyEvaluator() {
  return *GENERATE(from_range([] {
    std::vector<const ImportanceEvaluator*> all;
    for (const auto& evaluator : ImportanceEvaluators()) all.push_back(&evaluator);
    return all;
  }()));
}

}  // namespace

TEST_CASE("Shares lie in 0 to 1, sum to 1 and come in order", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  const int trials = GENERATE(4, 10, 200);
  CAPTURE(evaluator.name, trials);
  const auto space = *SearchSpace::Create(MixedSpace());
  const auto input = Sample(space, trials, [&](const Point& p) { return Sphere(space, p); });
  const auto importance = *evaluator.evaluate(input);
  CHECK(importance.trials == static_cast<size_t>(trials));
  CHECK(importance.parameters.size() == space.size());
  double sum = 0;
  for (const auto& [name, share] : Shares(importance)) {
    CAPTURE(name);
    CHECK(share >= 0);
    CHECK(share <= 1);
    sum += share;
  }
  CHECK(sum == Approx(1));
  const auto in_order = [](const auto& list) {
    return std::is_sorted(list.begin(), list.end(),
                          [](const auto& a, const auto& b) { return a.importance > b.importance; });
  };
  CHECK(in_order(importance.parameters));
  CHECK(in_order(importance.pairs));
}

TEST_CASE("The same input gives the same answer", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  CAPTURE(evaluator.name);
  const auto space = *SearchSpace::Create(MixedSpace());
  const auto input = Sample(space, 300, [&](const Point& p) { return Sphere(space, p); });
  CHECK(Shares(*evaluator.evaluate(input)) == Shares(*evaluator.evaluate(input)));
}

TEST_CASE("Too little to tell is said", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  CAPTURE(evaluator.name);
  const auto space = UnitSpace(2);
  const auto none = evaluator.evaluate(Sample(space, 0, [](const Point&) { return 1; }));
  CHECK(none.status().code() == StatusCode::kFailedPrecondition);
  CHECK(Message(none.status()) ==
        "importance needs at least 4 finished trials with an objective; there are 0 so far");
  const auto equal = evaluator.evaluate(Sample(space, 50, [](const Point&) { return 1; }));
  CHECK(equal.status().code() == StatusCode::kFailedPrecondition);
  auto one_point = Sample(space, 50, [](const Point& p) { return p.values[0]; });
  for (auto& point : one_point.points) point = one_point.points[0];
  CHECK(evaluator.evaluate(one_point).status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("Only one parameter matters", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  CAPTURE(evaluator.name);
  const auto space = UnitSpace(4);
  const auto shares =
      SharesOf(evaluator.name,
               Sample(space, 500, [](const Point& p) { return std::fabs(p.values[2] - 0.2); }));
  CHECK(shares.at("c") > 0.95);
  for (const char* other : {"a", "b", "d"}) CHECK(shares.at(other) < 0.03);
}

TEST_CASE("Losses of any size are taken", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  const double scale = GENERATE(1e-300, 1.0, 1e308);
  CAPTURE(evaluator.name, scale);
  const auto space = UnitSpace(2);
  const auto input =
      Sample(space, 300, [&](const Point& p) { return scale * (2 * p.values[1] - 1); });
  CHECK(SharesOf(evaluator.name, input).at("b") > 0.95);
}

TEST_CASE("Categories matter by their values, not by their places in the list", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  CAPTURE(evaluator.name);
  // The two good ones stand apart.
  const std::vector<std::string> words = {"good-1", "x", "y", "z", "good-2", "u", "v", "w"};
  const auto space = *SearchSpace::Create({List("word", ParameterType::kCategorical, words),
                                           Range("a", ParameterType::kDouble, "0", "1"),
                                           Range("b", ParameterType::kInt, "1", "8")});
  const auto shares = SharesOf(evaluator.name, Sample(space, 600, [&](const Point& p) {
                                 return p.values[0] == 0 || p.values[0] == 4 ? 0 : 1;
                               }));
  CHECK(shares.at("word") > 0.9);
  CHECK(shares.at("b") < 0.03);
}

TEST_CASE("A parameter that is inactive takes no blame for what its parent does", "[importance]") {
  const auto& evaluator = AnyEvaluator();
  CAPTURE(evaluator.name);
  Parameter child = Range("child", ParameterType::kDouble, "0", "1");
  child.active_when = ActiveWhen{"parent", {"on"}};
  const auto space =
      *SearchSpace::Create({List("parent", ParameterType::kCategorical, {"on", "off"}), child});
  const auto by_parent =
      SharesOf(evaluator.name, Sample(space, 500, [](const Point& p) { return p.values[0]; }));
  CHECK(by_parent.at("parent") > 0.95);
  const auto by_child = SharesOf(evaluator.name, Sample(space, 500, [](const Point& p) {
                                   return std::isnan(p.values[1]) ? 0.5 : p.values[1];
                                 }));
  CHECK(by_child.at("child") > by_child.at("parent"));
}

TEST_CASE("fANOVA finds the variances of a sum", "[importance]") {
  // Var(k x) is k^2 / 12: 9 to 4 to 1 to 0.
  const auto space = UnitSpace(4);
  const auto shares = SharesOf("fanova", Sample(space, 3000, [](const Point& p) {
                                 return 3 * p.values[0] + 2 * p.values[1] + p.values[2];
                               }));
  CHECK(shares.at("a") == Approx(9.0 / 14).margin(0.05));
  CHECK(shares.at("b") == Approx(4.0 / 14).margin(0.05));
  CHECK(shares.at("c") == Approx(1.0 / 14).margin(0.05));
  CHECK(shares.at("d") < 0.01);
}

TEST_CASE("fANOVA finds a product to be its pair's", "[importance]") {
  // x y over [-1, 1]^2 has no main effects.
  const auto space = *SearchSpace::Create({Range("x", ParameterType::kDouble, "-1", "1"),
                                           Range("y", ParameterType::kDouble, "-1", "1"),
                                           Range("z", ParameterType::kDouble, "-1", "1")});
  const auto importance =
      *(*FindImportanceEvaluator("fanova"))->evaluate(Sample(space, 3000, [](const Point& p) {
        return p.values[0] * p.values[1];
      }));
  REQUIRE(!importance.pairs.empty());
  CHECK(importance.pairs[0].first == "x");
  CHECK(importance.pairs[0].second == "y");
  CHECK(importance.pairs[0].importance > 0.85);
}

TEST_CASE("fANOVA finds the parts of x + y + x y", "[importance]") {
  // With x and y in [-1, 1]: 1/3, 1/3 and 1/9.
  const auto space = *SearchSpace::Create({Range("x", ParameterType::kDouble, "-1", "1"),
                                           Range("y", ParameterType::kDouble, "-1", "1")});
  const auto shares = SharesOf("fanova", Sample(space, 3000, [](const Point& p) {
                                 return p.values[0] + p.values[1] + p.values[0] * p.values[1];
                               }));
  CHECK(shares.at("x") == Approx(3.0 / 7).margin(0.05));
  CHECK(shares.at("y") == Approx(3.0 / 7).margin(0.05));
  CHECK(shares.at("x*y") == Approx(1.0 / 7).margin(0.05));
}

TEST_CASE("fANOVA measures the space as it is searched, on its logarithmic scales",
          "[importance]") {
  const auto space = *SearchSpace::Create(
      {Range("rate", ParameterType::kDouble, "1e-6", "1", "", Distribution::kLogUniform),
       Range("a", ParameterType::kDouble, "0", "1")});
  const auto shares = SharesOf("fanova", Sample(space, 1000, [](const Point& p) {
                                 return std::log10(p.values[0]) / 6 + p.values[1];
                               }));
  CHECK(shares.at("rate") == Approx(0.5).margin(0.06));
}

TEST_CASE("PED-ANOVA asks what it takes to be good, not what moves the losses", "[importance]") {
  // Far from the best, a moves the losses much; among the best all that counts is b.
  const auto space = UnitSpace(2);
  const auto input = Sample(space, 2000, [](const Point& p) {
    const double a = p.values[0] > 0.7 ? 10 : 0;
    return a + std::fabs(p.values[1] - 0.5);
  });
  CHECK(SharesOf("fanova", input).at("a") > 0.9);
  const auto shares = SharesOf("ped-anova", input);
  CHECK(shares.at("b") > 0.8);
}

TEST_CASE("An unknown evaluator is refused with those that there are", "[importance]") {
  const auto found = FindImportanceEvaluator("fanowa");
  CHECK(found.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(found.status()) ==
        "evaluator: should be fanova or ped-anova, not fanowa (did you mean \"fanova\"?)");
}

}  // namespace qalam
