#include "suggestion/samplers/bayesian_optimization.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "suggestion/acquisition/log_expected_improvement.h"
#include "suggestion/multi_objective/hypervolume.h"

namespace qalam {
namespace {

Parameter Unit(const std::string& name) {
  Parameter parameter{.name = name};
  parameter.feasible_space = {.min = "0", .max = "1"};
  return parameter;
}

std::unique_ptr<Sampler> Make(const SearchSpace& space, uint64_t seed, int constraints = 0,
                              int objectives = 1) {
  Settings settings;
  REQUIRE(Settings::Parse("bayesianoptimization", BayesianOptimizationSettings(), {}, &settings)
              .empty());
  return MakeBayesianOptimizationSampler({.space = space,
                                          .settings = settings,
                                          .seed = seed,
                                          .objective_count = objectives,
                                          .constraint_count = constraints});
}

// Branin on the unit square; its minimum is 0.397887.
double Branin(double u, double v) {
  const double x = 15 * u - 5, y = 15 * v;
  const double a = y - 5.1 / (4 * M_PI * M_PI) * x * x + 5 / M_PI * x - 6;
  return a * a + 10 * (1 - 1 / (8 * M_PI)) * std::cos(x) + 10;
}

}  // namespace

TEST_CASE("The log expected improvement holds far into its tails", "[bayesian]") {
  // At 0 it is log(1 / sqrt(2 pi)); for z far above it is log z; far below, phi(z) / z^2 to leading
  // order, times 1 - 3 / z^2 + 15 / z^4 - ...
  CHECK(LogExpectedImprovement(0).value == Approx(-0.5 * std::log(2 * M_PI)));
  CHECK(LogExpectedImprovement(50).value == Approx(std::log(50.0)));
  for (const double z : {-30.0, -100.0, -1000.0}) {
    CAPTURE(z);
    const double series = std::log1p(-3 / (z * z) + 15 / std::pow(z, 4));
    const double expected = -0.5 * z * z - 0.5 * std::log(2 * M_PI) - 2 * std::log(-z) + series;
    CHECK(LogExpectedImprovement(z).value == Approx(expected).epsilon(1e-7));
  }
  // In between, against the textbook's form.
  for (const double z : {-5.0, -1.0, -0.3, 0.7, 3.0}) {
    CAPTURE(z);
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
    const double direct = std::log(density + z * 0.5 * std::erfc(-z / std::sqrt(2.0)));
    CHECK(LogExpectedImprovement(z).value == Approx(direct).epsilon(1e-8));
    CHECK(LogNormalCdf(z).value == Approx(std::log(0.5 * std::erfc(-z / std::sqrt(2.0)))));
  }
}

TEST_CASE("Slopes of the improvement match finite differences", "[bayesian]") {
  const double z = GENERATE(-200.0, -20.0, -3.0, -1.0, 0.0, 2.0, 10.0);
  CAPTURE(z);
  const double step = 1e-5 * std::max(1.0, std::fabs(z));
  const auto difference = [&](Sloped (*function)(double)) {
    return (function(z + step).value - function(z - step).value) / (2 * step);
  };
  CHECK(LogExpectedImprovement(z).slope ==
        Approx(difference(LogExpectedImprovement)).epsilon(1e-5));
  CHECK(LogNormalCdf(z).slope == Approx(difference(LogNormalCdf)).epsilon(1e-5).margin(1e-12));
}

TEST_CASE("Branin is solved in forty trials", "[bayesian]") {
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v")});
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    const auto sampler = Make(space, seed);
    double best = INFINITY;
    for (int i = 0; i < 40; ++i) {
      const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
      const double loss = Branin(point.values[0], point.values[1]);
      best = std::min(best, loss);
      const TrialResult result{.number = i, .point = point, .objectives = {loss}};
      sampler->Tell({&result, 1});
    }
    // Forty uniform draws come within about 1.
    CHECK(best < 0.397887 + 0.01);
  }
}

TEST_CASE("The best category and integer are found together", "[bayesian]") {
  Parameter whole{.name = "n", .type = ParameterType::kInt};
  whole.feasible_space = {.min = "1", .max = "20"};
  Parameter word{.name = "word", .type = ParameterType::kCategorical};
  word.feasible_space.list = {"a", "b", "c", "d"};
  const auto space = *SearchSpace::Create({Unit("x"), whole, word});
  const auto sampler = Make(space, 1);
  double best = INFINITY;
  for (int i = 0; i < 45; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    const double loss = std::pow(point.values[0] - 0.7, 2) + std::fabs(point.values[1] - 13) / 10 +
                        (point.values[2] == 2 ? 0 : 0.5);
    best = std::min(best, loss);
    const TrialResult result{.number = i, .point = point, .objectives = {loss}};
    sampler->Tell({&result, 1});
  }
  CHECK(best < 0.01);  // so n is 13 and the word is c
}

TEST_CASE("A constraint over metrics is learnt and kept", "[bayesian]") {
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v")});
  const auto sampler = Make(space, 1, 1);
  double best = INFINITY;
  int late_feasible = 0;
  for (int i = 0; i < 50; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    const double u = point.values[0], v = point.values[1];
    // The least u + v where u * v >= 0.25 is 1, at (0.5, 0.5).
    const double violation = 0.25 - u * v;
    if (violation <= 0) {
      best = std::min(best, u + v);
      late_feasible += i >= 30;
    }
    const TrialResult result{
        .number = i, .point = point, .objectives = {u + v}, .violations = {violation}};
    sampler->Tell({&result, 1});
  }
  CHECK(best < 1.03);
  CHECK(late_feasible >= 5);
}

TEST_CASE("While nothing is feasible, feasibility is sought", "[bayesian]") {
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v")});
  const auto sampler = Make(space, 2, 1);
  bool found = false;
  for (int i = 0; i < 40 && !found; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    const double u = point.values[0], v = point.values[1];
    // A disc that holds 0.3 percent of the square, away from where the objective is low.
    const double violation = std::hypot(u - 0.83, v - 0.87) - 0.03;
    found = violation <= 0;
    const TrialResult result{
        .number = i, .point = point, .objectives = {u + v}, .violations = {violation}};
    sampler->Tell({&result, 1});
  }
  CHECK(found);
}

TEST_CASE("A front of two objectives is found and spread", "[bayesian]") {
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v"), Unit("w")});
  const auto sampler = Make(space, 1, 0, 2);
  std::vector<ObjectiveVector> found;
  for (int i = 0; i < 40; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    // ZDT1 (Zitzler, Deb, Thiele, Evol. Comput. 8, 2000): the front is 1 - sqrt(f1), at v = w = 0.
    const double first = point.values[0];
    const double distance = 1 + 9 * (point.values[1] + point.values[2]) / 2;
    found.push_back({first, distance * (1 - std::sqrt(first / distance))});
    const TrialResult result{.number = i, .point = point, .objectives = found.back()};
    sampler->Tell({&result, 1});
  }
  // Under the curve lies a third of the unit square; uniform draws dominate next to nothing of the
  // rest.
  CHECK(Hypervolume(found, {1, 1}) > 2.0 / 3 - 0.06);
}

TEST_CASE("A penalty beyond all measure does not end the search", "[bayesian]") {
  const int objectives = GENERATE(1, 2);
  const double penalty = GENERATE(30.0, 1e60, 1e308);
  CAPTURE(objectives, std::log10(penalty));
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v")});
  const auto sampler = Make(space, 1, 0, objectives);
  int good = 0;
  for (int i = 0; i < 40; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    const double u = point.values[0], v = point.values[1];
    std::vector<double> losses;
    for (int k = 0; k < objectives; ++k) {
      const double best_u = k == 0 ? 0.3 : 0.5;
      losses.push_back(u > 0.8 ? penalty : std::pow(u - best_u, 2) + std::pow(v - 0.7, 2));
    }
    good += i >= 20 && u > 0.1 && u < 0.6 && std::fabs(v - 0.7) < 0.1;
    const TrialResult result{.number = i, .point = point, .objectives = losses};
    sampler->Tell({&result, 1});
  }
  // Of twenty uniform draws two are.
  CHECK(good >= 14);
}

TEST_CASE("Pending trials keep a batch apart", "[bayesian]") {
  const auto space = *SearchSpace::Create({Unit("u"), Unit("v")});
  const auto sampler = Make(space, 1);
  std::vector<TrialResult> history;
  // Soon after the design, while much is open; where all is known but the last digits, a batch is
  // right to stay close.
  constexpr int kKnown = 12;
  for (int i = 0; i < kKnown; ++i) {
    const Point point = sampler->Suggest({.first_trial_number = i})->front().point;
    history.push_back(
        {.number = i, .point = point, .objectives = {Branin(point.values[0], point.values[1])}});
    sampler->Tell({&history.back(), 1});
  }
  const auto batch = *sampler->Suggest({.count = 4, .first_trial_number = kKnown});
  for (size_t i = 0; i < batch.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      CHECK(std::hypot(batch[i].point.values[0] - batch[j].point.values[0],
                       batch[i].point.values[1] - batch[j].point.values[1]) > 1e-3);
    }
  }
}

}  // namespace qalam
