// What darts gives its trials, in Katib's form.

#include <catch2/catch.hpp>

#include "suggestion/architecture/derived_space.h"
#include "tests/suggestion/architecture/nas_experiment.h"

namespace qalam {

namespace {

ExperimentSpec Darts() {
  ExperimentSpec spec = NasExperiment("darts");
  spec.algorithm.settings = {{"num_epochs", "2"}, {"w_lr", "2.5e-2"}, {"batch_size", "None"}};
  Parameter size{.name = "filter_size", .type = ParameterType::kCategorical};
  size.feasible_space.list = {"3"};
  spec.nas_config->operations.push_back({"skip_connection", {size}});
  return spec;
}

std::string DartsRefusal(const std::string& name, const std::string& value) {
  ExperimentSpec spec = NasExperiment("darts");
  spec.algorithm.settings = {{name, value}};
  const auto faults = RegisteredAlgorithms().Check(spec);
  return faults.empty() ? "" : faults.front().message;
}

}  // namespace

TEST_CASE("A darts trial is told the settings, the operations and the layers", "[darts]") {
  const ExperimentSpec spec = Darts();
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, 1);
  const auto proposals = *sampler->Suggest({.count = 2});
  REQUIRE(proposals.size() == 2);
  const auto assignments = space.Format(proposals[0].point);
  const std::vector<Assignment> expected = {
      {"algorithm-settings",
       "{'num_epochs': '2', 'w_lr': '2.5e-2', 'w_lr_min': 0.001, 'w_momentum': 0.9, "
       "'w_weight_decay': 0.0003, 'w_grad_clip': 5.0, 'alpha_lr': 0.0003, "
       "'alpha_weight_decay': 0.001, 'batch_size': null, 'num_workers': 4, 'init_channels': 16, "
       "'print_step': 50, 'num_nodes': 4, 'stem_multiplier': 3}"},
      {"search-space",
       "['convolution_3x3', 'convolution_5x5', 'reduction_2x2', 'reduction_3x3', "
       "'skip_connection']"},
      {"num-layers", "3"}};
  CHECK(assignments == expected);
  CHECK(*space.Parse(assignments) == proposals[0].point);
  // Asked again it answers again, whatever has come of it.
  for (const TrialState state : {TrialState::kSucceeded, TrialState::kFailed}) {
    const TrialResult result{
        .number = 0, .point = proposals[0].point, .state = state, .objectives = {-0.9}};
    sampler->Tell({&result, 1});
    const auto again = *sampler->Suggest({.count = 1, .first_trial_number = 1});
    REQUIRE(again.size() == 1);
    CHECK(again[0].trial_number == 1);
    CHECK(space.Format(again[0].point) == assignments);
  }
}

TEST_CASE("The last learning rate of darts is no more than the first where it is not given",
          "[darts]") {
  const auto told = [](const std::vector<Setting>& settings) {
    ExperimentSpec spec = NasExperiment("darts");
    spec.algorithm.settings = settings;
    const auto space = *SearchSpace::ForExperiment(spec);
    const auto proposals = *(*CreateSampler(spec, space, 1))->Suggest({.count = 1});
    return space.Format(proposals[0].point)[0].value;
  };
  CHECK_THAT(told({{"w_lr", "5e-4"}}), Catch::Contains("'w_lr': '5e-4', 'w_lr_min': '5e-4',"));
  CHECK_THAT(told({{"w_lr", "0.001"}}), Catch::Contains("'w_lr_min': 0.001,"));
  // To the program 0 is no rate but the usual one.
  CHECK_THAT(told({{"w_lr", "0"}}), Catch::Contains("'w_lr_min': 0.001,"));
  CHECK_THAT(told({{"w_lr_min", "0.002"}, {"w_lr", "5e-4"}}),
             Catch::Contains("'w_lr_min': '0.002',"));
}

TEST_CASE("Bad settings of darts are refused by a sentence", "[darts]") {
  CHECK(DartsRefusal("num_workers", "0").empty());
  CHECK(DartsRefusal("w_lr", "0").empty());
  CHECK(DartsRefusal("batch_size", "None").empty());
  for (const char* name : {"num_epochs", "batch_size", "init_channels", "print_step", "num_nodes",
                           "stem_multiplier"}) {
    CHECK(DartsRefusal(name, "0").find(std::string(name) + " should be a whole number >= 1") == 0);
    CHECK_FALSE(DartsRefusal(name, "1.5").empty());
  }
  for (const char* name : {"w_lr", "w_lr_min", "alpha_lr", "w_weight_decay", "alpha_weight_decay",
                           "w_momentum", "w_grad_clip"}) {
    CHECK(DartsRefusal(name, "-0.1").find(std::string(name) + " should be a number >= 0") == 0);
    CHECK_FALSE(DartsRefusal(name, "None").empty());
  }
  CHECK(DartsRefusal("num_epoch", "1").find("unknown setting num_epoch") == 0);
}

TEST_CASE("darts needs a nasConfig and takes nothing beside it", "[darts]") {
  ExperimentSpec spec = NasExperiment("darts");
  Parameter rate{.name = "lr"};
  rate.feasible_space = {.min = "0", .max = "1"};
  spec.parameters = {rate};
  auto faults = RegisteredAlgorithms().Check(spec);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("takes no parameters beside nasConfig"));
  spec.nas_config.reset();
  faults = RegisteredAlgorithms().Check(spec);
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("darts needs spec.nasConfig"));
  spec = NasExperiment("darts");
  spec.nas_config->operations[1].parameters[0].type = ParameterType::kDouble;
  faults = RegisteredAlgorithms().Check(spec);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].index == 1);
  // Katib's darts needs no sizes.
  spec = NasExperiment("darts");
  spec.nas_config->input_sizes.clear();
  CHECK(RegisteredAlgorithms().Check(spec).empty());
}

}  // namespace qalam
