// The enas sampler beyond the conformance suite: its settings, that it learns, and what it costs.

#include <algorithm>
#include <catch2/catch.hpp>

#include "base/random.h"
#include "suggestion/architecture/controller_actions.h"
#include "suggestion/architecture/controller_training.h"
#include "tests/suggestion/architecture/nas_experiment.h"

namespace qalam {

namespace {

std::string Refusal(const std::string& name, const std::string& value) {
  ExperimentSpec spec = NasExperiment("enas");
  spec.algorithm.settings = {{name, value}};
  const auto faults = RegisteredAlgorithms().Check(spec);
  return faults.empty() ? "" : faults.front().message;
}

Parameter Choice(const std::string& name, int count) {
  Parameter parameter{.name = name, .type = ParameterType::kInt};
  parameter.feasible_space = {.min = "0", .max = std::to_string(count - 1)};
  return parameter;
}

// How many values differ from a planted architecture with skips.
double Distance(const Point& point, uint64_t seed) {
  RandomStream stream(seed, 0, "test.planted");
  double distance = 0;
  for (const double value : point.values) {
    // Skips are 0 or 1 and operations 0 to 5; a planted 1 or 0 suits both.
    distance += value != static_cast<double>(stream.UniformInt(2));
  }
  return distance;
}

double BestDistance(const std::string& algorithm, uint64_t seed, int trials) {
  ExperimentSpec spec = NasExperiment(algorithm);
  spec.nas_config->num_layers = 5;
  const auto space = *SearchSpace::ForExperiment(spec);
  const auto sampler = *CreateSampler(spec, space, seed);
  double best = 1e9;
  for (int64_t number = 0; number < trials; ++number) {
    const auto proposals = *sampler->Suggest({.count = 1, .first_trial_number = number});
    const TrialResult result{.number = number,
                             .point = proposals[0].point,
                             .objectives = {Distance(proposals[0].point, seed)}};
    best = std::min(best, result.objectives[0]);
    sampler->Tell({&result, 1});
  }
  return best;
}

}  // namespace

TEST_CASE("Katib's settings of enas are taken and bad ones refused by a sentence", "[enas]") {
  const char* none_allowed[] = {"controller_temperature", "controller_tanh_const",
                                "controller_entropy_weight", "controller_skip_weight"};
  for (const char* name : none_allowed) {
    CAPTURE(name);
    CHECK(Refusal(name, "None").empty());
    CHECK(Refusal(name, "1e-9").empty());
    CHECK(Refusal(name, "0") == fmt::format("{} should be a number > 0, or None, not \"0\"", name));
  }
  for (const char* name :
       {"controller_baseline_decay", "controller_learning_rate", "controller_skip_target"}) {
    CAPTURE(name);
    CHECK(Refusal(name, "1").empty());
    for (const char* value : {"0", "1.1", "None", "x"}) {
      CHECK(Refusal(name, value).find(fmt::format("{} should be a number > 0 and <= 1", name)) ==
            0);
    }
  }
  for (const char* name :
       {"controller_hidden_size", "controller_train_steps", "controller_log_every_steps"}) {
    CAPTURE(name);
    CHECK(Refusal(name, "1").empty());
    for (const char* value : {"0", "1.5", "None", "64.0"}) {
      CHECK(Refusal(name, value).find(fmt::format("{} should be a whole number", name)) == 0);
    }
  }
  CHECK(Refusal("controller_hidden_size", "256").empty());
  CHECK(Refusal("controller_hidden_size", "257") ==
        "controller_hidden_size should be a whole number >= 1 and <= 256, not \"257\"");
  CHECK(Refusal("controller_hidden", "1").find("unknown setting controller_hidden") == 0);
}

TEST_CASE("Points and a controller's actions are two ways to write one thing", "[enas]") {
  ExperimentSpec spec = NasExperiment("enas");
  spec.parameters = {Choice("few", 32), Choice("many", 1000), Choice("one", 1),
                     Choice("most", 1 << 30)};
  const auto space = *SearchSpace::ForExperiment(spec);
  const ControllerActions coding(space);
  REQUIRE(CheckDecisions(coding.decisions()).ok());
  for (int i = 0; i < 300; ++i) {
    RandomStream stream(1, i, "test.points");
    Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
    for (auto& x : unit) x = i == 0 ? 0 : i == 1 ? 1 : stream.Uniform();
    const Point point = space.FromUnit(unit);
    CHECK(coding.Decode(coding.Encode(point)) == point);
  }
  int most_options = 0;
  for (const auto& decision : coding.decisions()) {
    most_options = std::max(most_options, decision.options);
  }
  CHECK(most_options == 32);
}

TEST_CASE("enas beats random search on chains with skips", "[enas][slow]") {
  constexpr int kSeeds = 12, kTrials = 120;
  int wins = 0;
  for (uint64_t seed = 1; seed <= kSeeds; ++seed) {
    wins += BestDistance("enas", seed, kTrials) < BestDistance("random", seed, kTrials);
  }
  CHECK(wins >= 11);  // a fair coin: 0.003
}

TEST_CASE("What a controller has learnt does not depend on the scale of the losses", "[enas]") {
  const auto trained = [](double scale, double shift) {
    const auto decisions = nas::ChoiceDecisions({3, 3, 3});
    ControllerTraining training(
        *nas::ArchitectureController::Create(decisions, {.hidden_size = 8},
                                             RandomStream(1, 0, "test.weights")),
        {.steps = 5});
    for (int i = 0; i < 30; ++i) {
      RandomStream stream(2, i, "test.experience");
      ControllerExperience experience{.number = i};
      for (int j = 0; j < 3; ++j)
        experience.actions.push_back(static_cast<int>(stream.UniformInt(3)));
      experience.loss = shift + scale * (experience.actions[0] - experience.actions[1]);
      if (i == 7) experience.loss = std::numeric_limits<double>::infinity();  // a failed trial
      training.Add(experience);
    }
    return training.Current().weights();
  };
  const Eigen::VectorXd weights = trained(1, 0);
  CHECK(weights == trained(1e6, 3));
  CHECK(weights == trained(1e-6, -0.5));
  CHECK(weights != trained(-1, 0));
}

TEST_CASE("A late result leads to what an early one had", "[enas]") {
  const auto make = [] {
    return ControllerTraining(
        *nas::ArchitectureController::Create(nas::ChoiceDecisions({4, 4}), {.hidden_size = 6},
                                             RandomStream(1, 0, "test.weights")),
        {.steps = 3});
  };
  std::vector<ControllerExperience> experiences;
  for (int i = 0; i < 200; ++i) {
    experiences.push_back({.number = i, .loss = i * 7 % 11 * 1.0, .actions = {i % 4, i * 3 % 4}});
  }
  auto in_order = make(), late = make();
  for (const auto& one : experiences) in_order.Add(one);
  for (const auto& one : experiences) {
    if (one.number == 20 || one.number == 190) continue;
    late.Add(one);
    (void)late.Current();
  }
  CHECK(late.Current().weights() != in_order.Current().weights());
  late.Add(experiences[190]);
  (void)late.Current();
  late.Add(experiences[20]);
  CHECK(late.Current().weights() == in_order.Current().weights());
}

TEST_CASE("However large a controller is, its checkpoints fit in memory and lead to the same",
          "[enas]") {
  const int hidden_size = GENERATE(64, 256, 512);
  CAPTURE(hidden_size);
  const auto make = [&] {
    return ControllerTraining(*nas::ArchitectureController::Create(
                                  nas::ChoiceDecisions({4, 4}), {.hidden_size = hidden_size},
                                  RandomStream(1, 0, "test.weights")),
                              {.steps = 1});
  };
  auto in_order = make(), late = make();
  const size_t one = in_order.StateBytes();
  for (int i = 0; i < 120; ++i) {
    const ControllerExperience experience{
        .number = i, .loss = i * 7 % 11 * 1.0, .actions = {i % 4, i * 3 % 4}};
    in_order.Add(experience);
    if (i != 110) late.Add(experience);
    (void)late.Current();
    CHECK(late.StateBytes() <= std::max<size_t>(64 << 20, 2 * one));
  }
  CHECK(late.StateBytes() >= 2 * one);
  late.Add({.number = 110, .loss = 110 * 7 % 11 * 1.0, .actions = {110 % 4, 110 * 3 % 4}});
  CHECK(late.Current().weights() == in_order.Current().weights());
}

}  // namespace qalam
