#include "suggestion/algorithm_choice.h"

#include <catch2/catch.hpp>

#include "suggestion/history.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

ExperimentSpec Spec(int numbers, std::optional<int64_t> trials, int parallel = 1) {
  ExperimentSpec spec;
  for (int i = 0; i < numbers; ++i) {
    Parameter parameter{.name = fmt::format("x{}", i)};
    parameter.feasible_space = {.min = "0", .max = "1"};
    spec.parameters.push_back(parameter);
  }
  spec.algorithm.name = "auto";
  spec.max_trial_count = trials;
  spec.parallel_trial_count = parallel;
  return spec;
}

std::string Chosen(const ExperimentSpec& spec) {
  const std::string text = ExplainChoice(spec);
  return text.substr(0, text.find(':'));
}

}  // namespace

TEST_CASE("The budget, the parameters and the objectives decide what auto takes", "[auto]") {
  CHECK(Chosen(Spec(6, 50)) == "bayesianoptimization");
  CHECK(Chosen(Spec(6, std::nullopt)) == "bayesianoptimization");
  CHECK(Chosen(Spec(6, 5000)) == "cmaes");
  CHECK(Chosen(Spec(25, 2000)) == "multivariate-tpe");  // too few to learn 25 by 25 covariances
  CHECK(Chosen(Spec(200, 500)) == "tpe");
  CHECK(Chosen(Spec(6, 40, 40)) == "sobol");

  ExperimentSpec conditional = Spec(6, 5000);
  conditional.parameters[0].feasible_space.step = "0.1";
  conditional.parameters[1].active_when = ActiveWhen{"x0", {"1"}};
  CHECK(Chosen(conditional) != "");
  CHECK(Chosen(conditional) != "cmaes");

  ExperimentSpec front = Spec(6, 5000);
  front.objective.additional_objectives.resize(1);
  CHECK(FindAlgorithm(Chosen(front))->capabilities.multi_objective);
}

TEST_CASE("The reason names the numbers that decided", "[auto]") {
  const std::string text = ExplainChoice(Spec(6, 50));
  CHECK(text.find("50 trials") != std::string::npos);
  CHECK(text.find("6 parameters") != std::string::npos);
  ExperimentSpec named = Spec(6, 50);
  named.algorithm.name = "tpe";
  CHECK(ExplainChoice(named).empty());
}

TEST_CASE("What auto chooses takes every such experiment", "[auto]") {
  const int numbers = GENERATE(1, 6, 40, 150);
  const int64_t trials = GENERATE(1, 30, 1500, 20000);
  const int objectives = GENERATE(1, 2);
  CAPTURE(numbers, trials, objectives);
  ExperimentSpec spec = Spec(numbers, trials);
  spec.objective.additional_objectives.resize(static_cast<size_t>(objectives) - 1);
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = CreateSampler(spec, space, 1);
  REQUIRE(sampler.ok());
  const auto proposals = (*sampler)->Suggest({.count = 2});
  REQUIRE(proposals.ok());
  CHECK(proposals->front().labels.at("algorithm") == Chosen(spec));
  // The same as when the user names it.
  if (Chosen(spec) == "cmaes") return;  // which auto lets begin again
  spec.algorithm.name = Chosen(spec);
  const auto named = (*CreateSampler(spec, space, 1))->Suggest({.count = 2});
  for (size_t i = 0; i < 2; ++i) CHECK((*named)[i].point == (*proposals)[i].point);
}

TEST_CASE("auto ends when a finite space has been tried", "[auto]") {
  ExperimentSpec spec = Spec(0, 100);
  for (const char* name : {"a", "b"}) {
    Parameter parameter{.name = name, .type = ParameterType::kInt};
    parameter.feasible_space = {.min = "1", .max = "3"};
    spec.parameters.push_back(parameter);
  }
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 1);
  PointSet tried;
  for (int number = 0; number < 8; ++number) {
    const auto proposals = sampler->Suggest({.count = 1, .first_trial_number = number});
    REQUIRE(proposals->size() == 1);
    tried.Add(proposals->front().point);
    const TrialResult result{
        .number = number, .point = proposals->front().point, .objectives = {1.0 * number}};
    sampler->Tell({&result, 1});
  }
  const auto last = sampler->Suggest({.count = 5, .first_trial_number = 8});
  REQUIRE(last->size() == 1);
  tried.Add(last->front().point);
  CHECK(tried.size() == 9);
  const auto none = sampler->Suggest(
      {.count = 5, .first_trial_number = 9, .pending = {{8, last->front().point}}});
  CHECK(none->empty());
}

}  // namespace qalam
