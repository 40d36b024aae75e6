#include "controller/objective.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

namespace qalam {

namespace {

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

ExperimentSpec TwoMetricSpec() {
  ExperimentSpec spec;
  spec.objective = {.type = ObjectiveType::kMaximize, .goal = 0.9, .metric_name = "accuracy"};
  spec.objective.additional_objectives = {{"seconds", ObjectiveType::kMinimize, 10.0},
                                          {"size", ObjectiveType::kMinimize, std::nullopt}};
  spec.objective.additional_metric_names = {"latency"};
  spec.objective.metric_strategies = {{"seconds", MetricStrategyType::kLatest},
                                      {"size", MetricStrategyType::kMin}};
  spec.constraints = {"latency <= 100", "seconds * size >= 4"};
  return spec;
}

TrialRecord Finished(std::vector<double> objectives, std::vector<double> violations) {
  TrialRecord trial;
  trial.objective_value = objectives.front();
  trial.additional_objective_values.assign(objectives.begin() + 1, objectives.end());
  trial.violations = std::move(violations);
  return trial;
}

}  // namespace

TEST_CASE("A trial's outcome takes each metric by its strategy", "[objective]") {
  const std::vector<MetricSummary> metrics = {{"accuracy", 0.1, 0.8, 0.7, 3},
                                              {"latency", 50, 120, 60, 3},
                                              {"seconds", 1, 9, 5, 3},
                                              {"size", 2, 4, 3, 3}};
  const auto outcome = OutcomeOf(TwoMetricSpec(), metrics);
  REQUIRE(outcome.ok());
  CHECK(outcome->objectives == std::vector<double>{0.8, 5, 2});
  // The latency's strategy is the main objective's, max; the other is held by 5 * 2 >= 4.
  CHECK(outcome->violations == std::vector<double>{20, -6});
}

TEST_CASE("A trial without one of its objectives has no outcome", "[objective]") {
  std::vector<MetricSummary> metrics = {{"accuracy", 0.1, 0.8, 0.7, 3}, {"size", 2, 4, 3, 3}};
  auto outcome = OutcomeOf(TwoMetricSpec(), metrics);
  CHECK(outcome.status().code() == StatusCode::kNotFound);
  CHECK(Message(outcome.status()) ==
        "the trial ended without reporting seconds; it reported accuracy, size");
  metrics.push_back({"seconds", 1, 9, kNotANumber, 3});
  outcome = OutcomeOf(TwoMetricSpec(), metrics);
  CHECK(outcome.status().code() == StatusCode::kOutOfRange);
  metrics.back().latest = 4;
  outcome = OutcomeOf(TwoMetricSpec(), metrics);
  REQUIRE(outcome.ok());
  // A metric of a constraint may be missing: then it is not known whether it holds.
  CHECK(std::isnan(outcome->violations.at(0)));
  CHECK(outcome->violations.at(1) == -4);
}

TEST_CASE("An objective in words is an outcome without numbers, but not one of several",
          "[objective]") {
  ExperimentSpec spec;
  spec.objective.metric_name = "Best-Genotype";
  const std::vector<MetricSummary> metrics = {
      {"Best-Genotype", kNotANumber, kNotANumber, kNotANumber, 1, "Genotype(normal=[])"},
      {"seconds", 1, 9, 5, 3}};
  auto outcome = OutcomeOf(spec, metrics);
  REQUIRE(outcome.ok());
  CHECK(outcome->objectives.empty());
  spec.objective.additional_objectives = {{.metric_name = "seconds"}};
  outcome = OutcomeOf(spec, metrics);
  CHECK(outcome.status().code() == StatusCode::kOutOfRange);
  CHECK(Message(outcome.status()).find("as text, \"Genotype(normal=[])\"") != std::string::npos);
}

TEST_CASE("The goal is reached by one feasible trial that meets every goal given", "[objective]") {
  const Objective objective = TwoMetricSpec().objective;
  CHECK(ReachesGoal(objective, Finished({0.9, 10, 1e9}, {})));
  CHECK(ReachesGoal(objective, Finished({0.95, 1, 1}, {0, -1})));
  CHECK_FALSE(ReachesGoal(objective, Finished({0.89, 1, 1}, {})));
  CHECK_FALSE(ReachesGoal(objective, Finished({0.95, 11, 1}, {})));
  CHECK_FALSE(ReachesGoal(objective, Finished({0.95, 1, 1}, {0.1})));
  CHECK_FALSE(ReachesGoal(objective, Finished({0.95, 1, 1}, {kNotANumber})));
  CHECK_FALSE(ReachesGoal(objective, TrialRecord{}));
  Objective without = objective;
  without.goal.reset();
  without.additional_objectives[0].goal.reset();
  CHECK_FALSE(ReachesGoal(without, Finished({1, 0, 0}, {})));
  without.additional_objectives[1].goal = 2;
  CHECK(ReachesGoal(without, Finished({0, 99, 2}, {})));
}

}  // namespace qalam
