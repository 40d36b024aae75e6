// The space that a nasConfig describes, searched by any algorithm and told in Katib's words.

#include "suggestion/architecture/derived_space.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "nas/architecture/chain_architecture.h"
#include "suggestion/algorithm_choice.h"
#include "tests/suggestion/architecture/nas_experiment.h"

namespace qalam {

namespace {

std::string ValueOf(const std::vector<Assignment>& assignments, const std::string& name) {
  for (const auto& one : assignments) {
    if (one.name == name) return one.value;
  }
  return "";
}

// Layers that do as the one before them, and skips: what no single parameter says.
double Worth(const std::vector<Assignment>& assignments) {
  const auto network = nas::ParseChainNetwork(ValueOf(assignments, "architecture"),
                                              ValueOf(assignments, "nn_config"));
  REQUIRE(network.ok());
  double worth = 0;
  for (const auto& layer : network->layers) {
    worth += layer.operation.type == "convolution" && layer.operation.parameters["stride"] == "1";
    worth += 0.5 * static_cast<double>(std::count(layer.skips.begin(), layer.skips.end(), true));
  }
  return worth;
}

}  // namespace

TEST_CASE("A chain is six parameters and two assignments", "[nas]") {
  const auto space = SearchSpace::ForExperiment(NasExperiment("random"));
  REQUIRE(space.ok());
  REQUIRE(space->size() == 6);
  CHECK(space->own_size() == 0);
  CHECK(space->cardinality() == 6 * 6 * 6 * 2 * 2 * 2);
  const Point point{{4, 1, 1, 0, 0, 1}};
  const auto assignments = space->Format(point);
  REQUIRE(assignments.size() == 2);
  CHECK(assignments[0] == Assignment{"architecture", "[[4], [1, 1], [0, 0, 1]]"});
  CHECK(assignments[1].name == "nn_config");
  CHECK(*space->Parse(assignments) == point);
  CHECK(*space->Parse({assignments[0]}) == point);

  CHECK(space->Parse({assignments[1]}).status().code() == StatusCode::kNotFound);
  CHECK(space->Parse({assignments[0], {"lr", "1"}}).status().code() == StatusCode::kNotFound);
  CHECK(space->Parse({{"architecture", "[[6], [1, 1], [0, 0, 1]]"}}).status().code() ==
        StatusCode::kOutOfRange);
  // The parameters' own names are not for trials.
  CHECK(space->Parse({{(*space)[0].name(), "1"}}).status().code() == StatusCode::kNotFound);
}

TEST_CASE("Parameters may be searched beside a chain", "[nas]") {
  ExperimentSpec spec = NasExperiment("tpe");
  Parameter rate{.name = "lr"};
  rate.feasible_space = {.min = "0", .max = "1"};
  spec.parameters = {rate};
  spec.constraints = {"lr <= 0.5"};
  spec.initial_trials = {{{"lr", "0.25"}, {"architecture", "[[4], [1, 1], [0, 0, 1]]"}}};
  CHECK(RegisteredAlgorithms().Check(spec).empty());
  const auto space = *SearchSpace::ForExperiment(spec);
  REQUIRE(space.size() == 7);
  const auto sampler = *CreateSampler(spec, space, 1);
  const auto proposals = *sampler->Suggest({.count = 20});
  for (const auto& proposal : proposals) {
    const auto assignments = space.Format(proposal.point);
    REQUIRE(assignments.size() == 3);
    CHECK(std::stod(ValueOf(assignments, "lr")) <= 0.5);
    CHECK(*space.Parse(assignments) == proposal.point);
  }
  spec.initial_trials[0][1].value = "[[4]]";
  const auto faults = RegisteredAlgorithms().Check(spec);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].part == AlgorithmCatalog::Part::kInitialTrials);
}

TEST_CASE("Every algorithm for finite spaces searches chains", "[nas]") {
  for (const auto& entry : AlgorithmRegistry()) {
    if (entry.capabilities.fidelity || entry.capabilities.one_shot) continue;
    CAPTURE(entry.name);
    const ExperimentSpec spec = NasExperiment(entry.name);
    CHECK(RegisteredAlgorithms().Check(spec).empty());
    const auto space = *SearchSpace::ForExperiment(spec);
    auto sampler = *CreateSampler(spec, space, 3);
    std::vector<Assignment> seen;
    for (int64_t number = 0; number < 25; ++number) {
      const auto proposals = *sampler->Suggest({.count = 1, .first_trial_number = number});
      REQUIRE(proposals.size() == 1);
      const auto assignments = space.Format(proposals[0].point);
      CHECK(std::find(seen.begin(), seen.end(), assignments[0]) == seen.end());
      seen.push_back(assignments[0]);
      const TrialResult result{.number = number,
                               .point = *space.Parse(assignments),
                               .objectives = {-Worth(assignments)},
                               .labels = proposals[0].labels};
      sampler->Tell({&result, 1});
    }
  }
}

TEST_CASE("auto explains its choice for a chain", "[nas]") {
  CHECK(ExplainChoice(NasExperiment("auto")).find("6 parameters") != std::string::npos);
}

TEST_CASE("Unsound nasConfigs are refused with their operation", "[nas]") {
  const std::string algorithm = GENERATE("enas", "random", "darts");
  CAPTURE(algorithm);
  ExperimentSpec spec = NasExperiment(algorithm);
  CHECK(RegisteredAlgorithms().Check(spec).empty());
  spec.nas_config->operations[1].parameters.clear();
  auto faults = RegisteredAlgorithms().Check(spec);
  REQUIRE(faults.size() == 1);
  CHECK(faults[0].part == AlgorithmCatalog::Part::kNasConfig);
  CHECK(faults[0].index == 1);
  CHECK_THAT(faults[0].message, Catch::Contains("reduction has no parameters"));
  CHECK_THAT(Message(SearchSpace::ForExperiment(spec).status()),
             Catch::Contains("nasConfig: the operation reduction has no parameters"));
  for (const int layers : {0, -1, 200}) {
    spec = NasExperiment(algorithm);
    spec.nas_config->num_layers = layers;
    CHECK_THAT(Message(SearchSpace::ForExperiment(spec).status()),
               Catch::Contains("1 to 100 layers"));
  }
}

TEST_CASE("A hundred layers are searched", "[nas]") {
  const std::string algorithm = GENERATE("random", "enas", "evolution");
  CAPTURE(algorithm);
  ExperimentSpec spec = NasExperiment(algorithm);
  spec.nas_config->num_layers = 100;
  const auto space = *SearchSpace::ForExperiment(spec);
  CHECK(space.size() == 100 + 100 * 99 / 2);
  const auto sampler = *CreateSampler(spec, space, 1);
  const auto proposals = *sampler->Suggest({.count = 2});
  REQUIRE(proposals.size() == 2);
  CHECK(*space.Parse(space.Format(proposals[1].point)) == proposals[1].point);
}

}  // namespace qalam
