// The parts of cmaes against their papers' formulas and figures.

#include <Eigen/QR>
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "base/random.h"
#include "suggestion/evolution_strategy/category_distribution.h"
#include "suggestion/evolution_strategy/margin.h"
#include "suggestion/evolution_strategy/restart.h"
#include "suggestion/evolution_strategy/search_distribution.h"
#include "suggestion/evolution_strategy/stopping.h"

namespace qalam {
namespace {

using Objective = std::function<double(const Eigen::VectorXd&)>;

double Sphere(const Eigen::VectorXd& x) { return x.squaredNorm(); }

double Ellipsoid(const Eigen::VectorXd& x) {
  double sum = 0;
  for (Eigen::Index i = 0; i < x.size(); ++i) {
    sum += std::pow(1e6, static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x(i) * x(i);
  }
  return sum;
}

double Rosenbrock(const Eigen::VectorXd& x) {
  double sum = 0;
  for (Eigen::Index i = 0; i + 1 < x.size(); ++i) {
    sum += 100 * std::pow(x(i) * x(i) - x(i + 1), 2) + std::pow(1 - x(i), 2);
  }
  return sum;
}

Eigen::MatrixXd Rotation(int dimensions) {
  RandomStream stream(5, 0, "test.rotation");
  Eigen::MatrixXd normal(dimensions, dimensions);
  for (double& value : normal.reshaped()) value = stream.Normal();
  return Eigen::HouseholderQR<Eigen::MatrixXd>(normal).householderQ();
}

// Evaluations until the objective falls below the target; the budget when it does not. The domain
// is four units to the cube's one.
int EvaluationsTo(const Objective& objective, int dimensions, double target, int budget,
                  uint64_t seed) {
  const int population = DefaultPopulation(dimensions);
  const StrategyParameters parameters = MakeStrategyParameters(dimensions, population);
  RandomStream stream(seed, 0, "test.strategy");
  SearchDistribution distribution(Eigen::VectorXd::Constant(dimensions, 0.5), 0.2);
  for (int evaluations = 0; evaluations < budget;) {
    std::vector<std::pair<double, Eigen::VectorXd>> members;
    for (int k = 0; k < population; ++k, ++evaluations) {
      Eigen::VectorXd normal(dimensions);
      for (double& z : normal) z = stream.Normal();
      const Eigen::VectorXd x = distribution.Sample(normal);
      members.emplace_back(objective(4 * (x.array() - 0.3)), x);
      if (members.back().first < target) return evaluations + 1;
    }
    std::sort(members.begin(), members.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    Eigen::MatrixXd samples(dimensions, population);
    for (int k = 0; k < population; ++k) samples.col(k) = members[k].second;
    distribution.Update(parameters, parameters.weights, samples);
  }
  return budget;
}

int Median(std::vector<int> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int MedianEvaluations(const Objective& objective, int dimensions, int budget) {
  std::vector<int> all;
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    all.push_back(EvaluationsTo(objective, dimensions, 1e-8, budget, seed));
  }
  return Median(all);
}

double UpperTail(double x) { return 0.5 * std::erfc(x / std::sqrt(2.0)); }

Dimension IntDimension(int low, int high, Distribution distribution = Distribution::kUniform) {
  Parameter parameter{.name = "k", .type = ParameterType::kInt};
  parameter.feasible_space = {
      .min = std::to_string(low), .max = std::to_string(high), .distribution = distribution};
  return *Dimension::Create(parameter);
}

}  // namespace

TEST_CASE("The strategy's constants are the published ones", "[cmaes]") {
  // As Hansen's own programs print them on starting: population, mu_w and w_1 by dimension.
  struct Row {
    int dimensions, population;
    double mass, first_weight;
  };
  const auto row = GENERATE(values<Row>({{2, 6, 2.0, 0.63},
                                         {3, 7, 2.3, 0.58},
                                         {5, 8, 2.6, 0.52},
                                         {10, 10, 3.2, 0.45},
                                         {20, 12, 3.7, 0.40}}));
  CAPTURE(row.dimensions);
  REQUIRE(DefaultPopulation(row.dimensions) == row.population);
  const auto p = MakeStrategyParameters(row.dimensions, row.population);
  CHECK(p.selection_mass == Approx(row.mass).margin(0.06));
  // Printed without rounding up.
  CHECK(p.weights(0) == Approx(row.first_weight).margin(0.011));
  CHECK(p.weights.cwiseMax(0).sum() == Approx(1));
  CHECK(std::is_sorted(p.weights.begin(), p.weights.end(), std::greater<>()));

  const double n = row.dimensions;
  const double norm = std::sqrt(2.0) * std::tgamma((n + 1) / 2) / std::tgamma(n / 2);
  CHECK(p.expected_norm == Approx(norm).epsilon(0.003));
  // Section 3 of table 1's caption: the active update shrinks no faster than it can be repaired.
  const double negative = -p.weights.cwiseMin(0).sum();
  CHECK(negative * n * p.rank_mu_learning <= 1 - p.rank_one_learning - p.rank_mu_learning + 1e-12);
  CHECK(p.rank_one_learning + p.rank_mu_learning <= 1);
}

TEST_CASE("The first update follows the tutorial's equations", "[cmaes]") {
  constexpr int kDimensions = 3;
  const int population = DefaultPopulation(kDimensions);
  const auto p = MakeStrategyParameters(kDimensions, population);
  RandomStream stream(1, 0, "test.update");
  Eigen::MatrixXd y(kDimensions, population);
  for (double& value : y.reshaped()) value = std::clamp(stream.Normal(), -1.5, 1.5);
  const Eigen::VectorXd start = Eigen::VectorXd::Constant(kDimensions, 0.4);
  SearchDistribution d(start, 0.1);
  d.Update(p, p.weights, (0.1 * y).colwise() + start);

  // From the identity, C^(-1/2) is the identity too.
  const Eigen::VectorXd step = y * p.weights.cwiseMax(0);
  CHECK((d.mean - (start + 0.1 * step)).norm() < 1e-14);
  const Eigen::VectorXd path =
      std::sqrt(p.sigma_learning * (2 - p.sigma_learning) * p.selection_mass) * step;
  CHECK((d.path_sigma - path).norm() < 1e-14);
  CHECK(d.step_size == Approx(0.1 * std::exp(p.sigma_learning / p.sigma_damping *
                                             (path.norm() / p.expected_norm - 1))));
  Eigen::MatrixXd expected = (1 - p.rank_one_learning - p.rank_mu_learning * p.weights.sum()) *
                             Eigen::MatrixXd::Identity(kDimensions, kDimensions);
  expected += p.rank_one_learning * d.path_covariance * d.path_covariance.transpose();
  for (int k = 0; k < population; ++k) {
    const double weight =
        p.weights(k) >= 0 ? p.weights(k) : p.weights(k) * kDimensions / y.col(k).squaredNorm();
    expected += p.rank_mu_learning * weight * y.col(k) * y.col(k).transpose();
  }
  const Eigen::MatrixXd lower = (d.covariance - expected).triangularView<Eigen::Lower>();
  CHECK(lower.norm() < 1e-14);
}

TEST_CASE("The strategy converges within the budgets of the literature", "[cmaes]") {
  // Hansen's tutorial, figure 7 and the CEC 2005 and BBOB 2009 reports show, in 10 dimensions,
  // about 1,700 evaluations for the sphere and 6,000 to 7,000 for the others, from farther away.
  CHECK(MedianEvaluations(Sphere, 10, 4000) < 2000);
  CHECK(MedianEvaluations(Ellipsoid, 10, 12000) < 7000);
  CHECK(MedianEvaluations(Rosenbrock, 10, 12000) < 8000);
}

TEST_CASE("A rotation of the landscape changes nothing", "[cmaes]") {
  constexpr int kDimensions = 8;
  const Eigen::MatrixXd rotation = Rotation(kDimensions);
  const int plain = MedianEvaluations(Ellipsoid, kDimensions, 12000);
  const int rotated = MedianEvaluations(
      [&](const Eigen::VectorXd& x) { return Ellipsoid(rotation * x); }, kDimensions, 12000);
  CHECK(rotated < 1.25 * plain);
  CHECK(plain < 1.25 * rotated);
}

TEST_CASE("A known shape is sampled as given", "[cmaes]") {
  Eigen::MatrixXd shape(2, 2);
  shape << 2, 0.8, 0.8, 1;
  const SearchDistribution d(Eigen::VectorXd::Constant(2, 0.5), 0.1, shape);
  const Eigen::MatrixXd root = d.transform;
  CHECK((root * root.transpose() - shape).norm() < 1e-12);
}

TEST_CASE("The margin keeps a narrow distribution crossing the edges of its cell", "[cmaes]") {
  const auto distribution_kind = GENERATE(Distribution::kUniform, Distribution::kLogUniform);
  const Dimension dimension = IntDimension(1, 9, distribution_kind);
  const std::vector<LatentSpace::Number> numbers = {{0, CellGrid(dimension)}};
  const CellGrid& grid = *numbers[0].grid;
  constexpr double kMargin = 0.02;
  const int cell = GENERATE(0, 4, 8);
  CAPTURE(cell);
  const double middle = dimension.ToUnit(dimension.ValueAt(static_cast<uint64_t>(cell)));
  REQUIRE(grid.Find(middle) == cell);
  SearchDistribution d(Eigen::VectorXd::Constant(1, middle), 1e-4);
  ApplyMargin(numbers, kMargin, d);
  const double deviation = d.StandardDeviation(0);
  CHECK(grid.Find(d.mean(0)) == cell);
  double leaves = 0;
  if (cell > 0) {
    const double below = UpperTail((d.mean(0) - grid.Edge(cell)) / deviation);
    CHECK(below >= kMargin / 2 * 0.999999);
    leaves += below;
  }
  if (cell < 8) {
    const double above = UpperTail((grid.Edge(cell + 1) - d.mean(0)) / deviation);
    CHECK(above >= kMargin / 2 * 0.999999);
    leaves += above;
  }
  CHECK(leaves == Approx(kMargin).epsilon(0.01));

  SearchDistribution wide(Eigen::VectorXd::Constant(1, middle), 0.4);
  ApplyMargin(numbers, kMargin, wide);
  CHECK(wide.mean(0) == middle);
  CHECK(wide.scale(0) == 1);
}

TEST_CASE("Cells decode as their dimension does", "[cmaes]") {
  const auto kind = GENERATE(Distribution::kUniform, Distribution::kLogUniform,
                             Distribution::kNormal, Distribution::kLogNormal);
  const Dimension dimension = IntDimension(1, 20, kind);
  const CellGrid grid(dimension);
  for (int64_t cell = 1; cell < grid.count(); ++cell) {
    const double edge = grid.Edge(cell);
    CHECK(dimension.IndexOf(dimension.FromUnit(edge + 1e-9)) == static_cast<uint64_t>(cell));
    CHECK(dimension.IndexOf(dimension.FromUnit(edge - 1e-9)) == static_cast<uint64_t>(cell - 1));
    CHECK(grid.Find(edge + 1e-9) == cell);
  }
}

TEST_CASE("Categories move to what ranks well and never rule one out", "[cmaes]") {
  CategoryDistribution distribution({3, 2});
  RandomStream stream(2, 0, "test.categories");
  constexpr int kPopulation = 10;
  const auto parameters = MakeStrategyParameters(2, kPopulation);
  for (int generation = 0; generation < 60; ++generation) {
    std::vector<std::vector<int>> drawn;
    for (int k = 0; k < kPopulation; ++k) {
      drawn.push_back(
          {distribution.Draw(0, stream.Uniform()), distribution.Draw(1, stream.Uniform())});
    }
    // Value 2 of the first parameter is best; the second does not matter.
    std::stable_sort(drawn.begin(), drawn.end(),
                     [](const auto& a, const auto& b) { return (a[0] == 2) > (b[0] == 2); });
    std::vector<const std::vector<int>*> chosen;
    for (const auto& member : drawn) chosen.push_back(&member);
    distribution.Update(parameters.weights, chosen);
    for (size_t i = 0; i < 2; ++i) {
      CHECK(distribution.probabilities(i).sum() == Approx(1));
      CHECK(distribution.probabilities(i).minCoeff() > 0.05);
    }
  }
  CHECK(distribution.probabilities(0)(2) > 0.7);
}

TEST_CASE("A run stops for the published reasons", "[cmaes]") {
  SearchDistribution d(Eigen::VectorXd::Constant(2, 0.5), 0.2);
  const std::vector<bool> smooth = {true, true};
  const auto reason = [&](const std::vector<GenerationRecord>& records) {
    return StoppingReason(d, records, 6, 0.2, smooth);
  };
  std::vector<GenerationRecord> falling;
  for (int i = 0; i < 60; ++i) falling.push_back({.best = 100.0 - i, .middle = 200.0 - i});
  CHECK(reason(falling) == "");
  CHECK(reason(std::vector<GenerationRecord>(30, {.best = 3, .middle = 4})) == "TolHistFun");
  auto flat = falling;
  for (size_t i = 52; i < 60; ++i) flat[i].is_flat = true;
  CHECK(reason(flat) == "EqualFunVals");
  // Goes up and down about one level.
  std::vector<GenerationRecord> restless;
  for (int i = 0; i < 200; ++i) restless.push_back({.best = 5.0 + i % 7, .middle = 20.0 + i % 5});
  CHECK(reason(restless) == "Stagnation");
  std::vector<GenerationRecord> endless;
  for (int i = 0; i < 700; ++i) endless.push_back({.best = 1000.0 - i, .middle = 2000.0 - i});
  CHECK(reason(endless) == "MaxIter");
  d.step_size = 0.2 * 0.9e-12;
  CHECK(reason(falling) == "TolX");
  // Stepped parameters alone are no sign of convergence.
  CHECK(StoppingReason(d, falling, 6, 0.2, {false, false}) == "");
  d.step_size = 0.2;
  d.axis_lengths << 1, 1e8;
  CHECK(reason(falling) == "ConditionCov");
}

TEST_CASE("A run that gets on is not stopped", "[cmaes]") {
  SearchDistribution d(Eigen::VectorXd::Constant(2, 0.5), 0.2);
  const std::vector<bool> smooth = {true, true};
  const auto reason = [&](const std::vector<GenerationRecord>& records) {
    return StoppingReason(d, records, 6, 0.2, smooth);
  };
  // Goes up and down about a level that falls slowly.
  std::vector<GenerationRecord> restless;
  for (int i = 0; i < 200; ++i) {
    restless.push_back({.best = 5.0 + i % 7 - 0.02 * i, .middle = 20.0 + i % 5 - 0.02 * i});
  }
  CHECK(reason(restless) == "");
  // Converges on a loss that is large beside what is still gained.
  std::vector<GenerationRecord> precise;
  for (int i = 0; i < 100; ++i) {
    const double gap = std::pow(0.8, i);
    precise.push_back({.best = 1000 + gap, .middle = 1000 + 3 * gap});
  }
  CHECK(reason(precise) == "");
  // Level for less than 10 + 30 dimensions / population generations.
  std::vector<GenerationRecord> level(precise.begin(), precise.begin() + 60);
  level.resize(79, {.best = 1000, .middle = 1000.5});
  CHECK(reason(level) == "");
  level.push_back(level.back());
  CHECK(reason(level) == "TolHistFun");
  // A generation in which every trial failed among others that get on.
  auto broken = precise;
  broken[90] = {.best = INFINITY, .middle = INFINITY};
  CHECK(reason(broken) == "");
  broken[90] = {.best = std::numeric_limits<double>::max(), .middle = INFINITY};
  broken[91].best = std::numeric_limits<double>::lowest();
  CHECK(reason(broken) == "");
  CHECK(reason(std::vector<GenerationRecord>(30, broken[90])) == "TolHistFun");
  // Flat in a third of the last ten generations, which is not more than a third.
  auto flat = precise;
  for (size_t i = 97; i < 100; ++i) flat[i].is_flat = true;
  CHECK(reason(flat) == "");
  d.step_size = 0.2 * 1.1e-12;
  CHECK(reason(precise) == "");
  // Narrow in one direction only.
  d.step_size = 0.2;
  d.covariance(1, 1) = 1e-12;
  d.axis_lengths << 1, 1e-6;
  CHECK(reason(precise) == "");
}

TEST_CASE("A run stops where a step is lost in rounding", "[cmaes]") {
  SearchDistribution d(Eigen::VectorXd::Constant(2, 0.5), 1e-17);
  // The start was no wider, so that TolX does not hold.
  constexpr double kStartStep = 1e-17;
  CHECK(StoppingReason(d, {}, 6, kStartStep, {true, true}) == "NoEffectAxis");
  d.covariance(0, 0) = 1e20;
  d.transform(0, 0) = 1e10;
  CHECK(StoppingReason(d, {}, 6, kStartStep, {true, true}) == "NoEffectCoor");
  d.covariance(1, 1) = 1e20;
  CHECK(StoppingReason(d, {}, 6, kStartStep, {true, true}) == "");
}

TEST_CASE("IPOP doubles the population and BIPOP shares the budget with short runs", "[cmaes]") {
  const RunPlan first = FirstRun(10, 0.2);
  RandomStream stream(1, 0, "test.restart");
  RunPlan plan = first;
  for (int i = 1; i <= 4; ++i) {
    plan = NextRun(RestartStrategy::kIpop, first, plan, 500, stream);
    CHECK(plan.population == 10 << i);
    CHECK(plan.restart == i);
    CHECK(plan.step_size == 0.2);
  }

  plan = first;
  int64_t large = 0, small = 500;
  plan = NextRun(RestartStrategy::kBipop, first, plan, 500, stream);
  int doublings = 0, short_runs = 0;
  for (int i = 0; i < 30; ++i) {
    const bool is_large = !plan.most_evaluations;
    CHECK(is_large == (large <= small));
    if (is_large) {
      CHECK(plan.population == 10 << ++doublings);
    } else {
      ++short_runs;
      CHECK(plan.population <= (10 << doublings) / 2);
      CHECK(plan.population >= 10);
      CHECK(plan.step_size <= 0.2);
      CHECK(plan.step_size >= 0.002);
    }
    const int64_t spent = 50L * plan.population;
    (is_large ? large : small) += spent;
    plan = NextRun(RestartStrategy::kBipop, first, plan, spent, stream);
  }
  CHECK(short_runs > doublings);
}

}  // namespace qalam
