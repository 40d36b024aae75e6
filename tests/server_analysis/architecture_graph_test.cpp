#include "server/analysis/architecture_graph.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nas/architecture/cell_code.h"
#include "nas/architecture/chain_architecture.h"
#include "nas/architecture/edge_parameters.h"
#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

nlohmann::json GraphsOf(const TrialRecord& trial) {
  const auto json = ArchitectureJson(trial);
  INFO(Message(json.status()));
  REQUIRE(json.ok());
  return nlohmann::json::parse(*json);
}

TrialRecord ChainTrial() {
  TrialRecord trial = SampleTrial(0);
  trial.parameters.push_back({"architecture", "[[0], [1, 1], [0, 1, 0]]"});
  trial.parameters.push_back(
      {"nn_config",
       "{'num_layers': 3, 'input_sizes': [8, 8, 1], 'output_sizes': [10], 'embedding': {"
       "'0': {'opt_id': 0, 'opt_type': 'convolution', 'opt_params': {'filter_size': '3'}}, "
       "'1': {'opt_id': 1, 'opt_type': 'reduction', 'opt_params': {'pool_size': 2}}}}"});
  return trial;
}

int NodeOf(const nlohmann::json& edge, const char* end) {
  return std::stoi(edge[end].get<std::string>());
}

void AddEdges(const nas::CellSpace& space, TrialRecord& trial) {
  const auto edges = nas::AssignmentsOf(nas::RandomGenotype(space, 3, 0));
  for (const auto& [name, value] : edges) trial.parameters.push_back({name, value});
}

}  // namespace

TEST_CASE("A chain is drawn with its layers and skips", "[architecture]") {
  auto trial = ChainTrial();
  trial.metrics.push_back(Summary("Parameters", 12345, 12345, 12345));
  const auto json = GraphsOf(trial);
  CHECK(json["kind"] == "chain");
  CHECK(json["parameterCount"] == 12345);
  REQUIRE(json["graphs"].size() == 1);
  const auto& graph = json["graphs"][0];
  CHECK(graph["title"] == "chain");
  REQUIRE(graph["nodes"].size() == 5);
  CHECK(graph["nodes"][0]["kind"] == "input");
  CHECK(graph["nodes"][1]["label"] == "1: convolution 3x3");
  CHECK(graph["nodes"][4]["kind"] == "output");
  int skips = 0;
  for (const auto& edge : graph["edges"]) {
    if (edge["kind"] == "flow") {
      CHECK(NodeOf(edge, "to") == NodeOf(edge, "from") + 1);
    } else {
      ++skips;
    }
    CHECK(NodeOf(edge, "from") < NodeOf(edge, "to"));
    CHECK(NodeOf(edge, "to") < 5);
  }
  CHECK(graph["edges"].size() == 4 + 2);
  CHECK(skips == 2);
}

TEST_CASE("A count that is none is left out", "[architecture]") {
  auto trial = ChainTrial();
  const double count = GENERATE(-1.0, 0x1p63, 1e300, HUGE_VAL, -HUGE_VAL, std::nan(""));
  CAPTURE(count);
  trial.metrics.push_back(Summary("Parameters", count, count, count));
  CHECK_FALSE(GraphsOf(trial).contains("parameterCount"));
}

TEST_CASE("Cells are drawn from the parameters of either space, beside others", "[architecture]") {
  auto trial = SampleTrial(0);
  SECTION("darts") {
    AddEdges(nas::DartsSpace(), trial);
    const auto json = GraphsOf(trial);
    CHECK(json["kind"] == "cells");
    REQUIRE(json["graphs"].size() == 2);
    CHECK(json["graphs"][1]["title"] == "reduction cell");
    CHECK(json["graphs"][0]["nodes"][0]["label"] == "cell k-2");
    CHECK_FALSE(json.contains("parameterCount"));
  }
  SECTION("nas-bench-201") {
    AddEdges(nas::NasBench201Space(), trial);
    const auto json = GraphsOf(trial);
    REQUIRE(json["graphs"].size() == 1);
    CHECK(json["graphs"][0]["nodes"][0]["label"] == "cell k-1");
  }
}

TEST_CASE("A found genotype is drawn before the parameters that led to it", "[architecture]") {
  auto trial = ChainTrial();
  const auto genotype = nas::RandomGenotype(nas::DartsSpace(), 1, 0);
  MetricSummary metric = Summary("Best-Genotype", NAN, NAN, NAN);
  metric.text = nas::PrintKatibGenotype(genotype);
  trial.metrics.push_back(metric);
  CHECK(GraphsOf(trial)["kind"] == "cells");
  trial.metrics.back().text = "Genotype(broken";
  CHECK(ArchitectureJson(trial).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("What is no architecture is said to be none", "[architecture]") {
  CHECK(ArchitectureJson(SampleTrial(0)).status().code() == StatusCode::kNotFound);
  auto trial = SampleTrial(0);
  trial.parameters.push_back({"edge_1_0", "none"});
  CHECK(ArchitectureJson(trial).status().code() == StatusCode::kNotFound);
  trial = ChainTrial();
  trial.parameters[3].value = "[[9]]";
  CHECK(ArchitectureJson(trial).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("The largest chain is drawn, with every skip", "[architecture]") {
  nas::ChainArchitecture chain;
  for (int i = 0; i < nas::kMostChainLayers; ++i) {
    chain.layers.push_back({0, std::vector<bool>(i, true)});
  }
  auto trial = ChainTrial();
  trial.parameters[3].value = nas::PrintChainArchitecture(chain);
  auto& config = trial.parameters[4].value;
  config.replace(config.find("3"), 1, std::to_string(nas::kMostChainLayers));
  const auto json = GraphsOf(trial);
  CHECK(json["graphs"][0]["nodes"].size() == nas::kMostChainLayers + 2);
  CHECK(json["graphs"][0]["edges"].size() ==
        nas::kMostChainLayers * (nas::kMostChainLayers - 1) / 2 + nas::kMostChainLayers + 1);
}

}  // namespace qalam
