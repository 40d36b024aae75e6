#include "server/analysis/trial_table.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

nlohmann::json Printed(const TrialTable& table, int64_t change = 7) {
  return nlohmann::json::parse(PrintTrialTable(table.columns(), change));
}

}  // namespace

TEST_CASE("The table prints as the contract says", "[table]") {
  TrialTable table(SampleSpec());
  TrialRecord first = SampleTrial(0), second = SampleTrial(1);
  first.labels = {{"generation", "3"}};
  second.state = TrialState::kRunning;
  second.objective_value.reset();
  second.metrics = {Summary("loss", 0.5, 2, 0.75)};
  second.completed = absl::InfinitePast();
  second.violations = {1};
  table.Put(first);
  table.Put(second);
  CHECK(Printed(table, 123) == nlohmann::json::parse(R"({
    "change": 123, "numbers": [0, 1], "names": ["e-0", "e-1"], "states": [2, 1],
    "stateNames": ["Pending", "Running", "Succeeded", "Failed", "Killed", "EarlyStopped",
                   "MetricsUnavailable"],
    "created": [1000000, 1001000], "started": [2000000, 2001000], "completed": [2010000, null],
    "objectives": [{"metric": "accuracy", "type": "maximize", "values": [0, null]}],
    "feasible": [1, 0],
    "parameters": [{"name": "lr", "kind": "number", "log": true, "values": [0.1, 0.01]},
                   {"name": "layers", "kind": "number", "log": false, "values": [1, 2]},
                   {"name": "optimizer", "kind": "category", "categories": ["sgd", "adam"],
                    "values": [0, 1]}],
    "metrics": [{"name": "accuracy", "latest": [0, null], "min": [0, null], "max": [0, null]},
                {"name": "loss", "latest": [3, 0.75], "min": [1, 0.5], "max": [9, 2]}],
    "labels": [{"name": "generation", "categories": ["3"], "values": [0, null]}]})"));
}

TEST_CASE("An experiment without trials prints empty columns", "[table]") {
  const auto json = Printed(TrialTable(SampleSpec()));
  CHECK(json["numbers"].empty());
  CHECK(json["parameters"][0]["values"].empty());
  CHECK(json["objectives"][0]["values"].empty());
}

TEST_CASE("Putting a trial again replaces all of its row", "[table]") {
  TrialTable table = SampleTable(3);
  TrialRecord changed;
  changed.number = 1;
  changed.name = "again";
  changed.uid = "other";
  changed.state = TrialState::kFailed;
  changed.labels = {{"kind", "x"}};
  table.Put(changed);
  REQUIRE(table.size() == 3);
  const auto json = Printed(table);
  CHECK(json["names"] == nlohmann::json({"e-0", "again", "e-2"}));
  CHECK(json["states"] == nlohmann::json({2, 3, 2}));
  CHECK(json["started"][1].is_null());
  CHECK(json["objectives"][0]["values"][1].is_null());
  CHECK(json["parameters"][2]["values"] == nlohmann::json({0, nullptr, 0}));
  CHECK(json["metrics"][1]["latest"] == nlohmann::json({3, nullptr, 3}));
  CHECK(json["labels"][0]["values"] == nlohmann::json({nullptr, 0, nullptr}));
}

TEST_CASE("Rows stand by number whatever order trials come in", "[table]") {
  TrialTable table(SampleSpec()), expected = SampleTable(6);
  for (const int number : {3, 0, 5, 1, 4, 2, 3}) table.Put(SampleTrial(number));
  CHECK(PrintTrialTable(table.columns(), 1) == PrintTrialTable(expected.columns(), 1));
  CHECK(table.RowOf(4) == 4);
  CHECK_FALSE(table.RowOf(6).has_value());
}

TEST_CASE("Numbers read back as they were, and others are null", "[table]") {
  TrialTable table(SampleSpec());
  const double values[] = {1.0 / 3, 1e-300, 5e300, -0.0, 123456789012345680.0, 0.1 + 0.2};
  for (int i = 0; i < 6; ++i) {
    auto trial = SampleTrial(i);
    trial.objective_value = values[i];
    table.Put(trial);
  }
  auto odd = SampleTrial(6);
  odd.objective_value = std::numeric_limits<double>::infinity();
  odd.parameters[0].value = "not a number";
  table.Put(odd);
  const auto json = Printed(table);
  for (int i = 0; i < 6; ++i) CHECK(json["objectives"][0]["values"][i] == values[i]);
  CHECK(json["objectives"][0]["values"][6].is_null());
  CHECK(json["parameters"][0]["values"][6].is_null());
}

TEST_CASE("Short numbers are near enough to draw, and whole ones exact", "[table]") {
  TrialTable table(SampleSpec());
  const double values[] = {1.0 / 3, 1e-300, 5e300, -123456789012345.0, 0.1};
  for (int i = 0; i < 5; ++i) {
    auto trial = SampleTrial(i);
    trial.objective_value = values[i];
    table.Put(trial);
  }
  const std::string text = PrintTrialTable(table.columns(), 1, TableNumbers::kShort);
  CHECK(text.find("\"values\":[0.33333334,1e-300,5e+300,-123456789012345,0.1]") !=
        std::string::npos);
}

TEST_CASE("Names and values of any letters become sound JSON", "[table]") {
  ExperimentSpec spec = SampleSpec();
  spec.parameters[2].feasible_space.list = {"<script>\"\n\\", "\xc3\xa9"};
  TrialTable table(spec);
  auto trial = SampleTrial(0);
  trial.parameters[2].value = "<script>\"\n\\";
  trial.labels = {{"broken \xff", "\x01"}};
  table.Put(trial);
  const auto json = Printed(table);
  CHECK(json["parameters"][2]["categories"][0] == "<script>\"\n\\");
  CHECK(json["labels"][0]["name"] == "broken \xef\xbf\xbd");
}

TEST_CASE("Metrics and labels beyond the bound are left out", "[table]") {
  TrialTable table(SampleSpec());
  auto trial = SampleTrial(0);
  trial.metrics.clear();
  for (int i = 0; i < 1000; ++i) {
    trial.metrics.push_back(Summary(fmt::format("m{}", i), i, i, i));
    trial.labels.emplace(fmt::format("l{:03}", i), "x");
  }
  table.Put(trial);
  CHECK(table.columns().metrics.size() == kMostMetricColumns);
  CHECK(table.columns().metrics[0].name == "accuracy");
  CHECK(table.columns().labels.size() == kMostLabelColumns);
}

TEST_CASE("Further objectives have columns of their own", "[table]") {
  ExperimentSpec spec = SampleSpec();
  spec.objective.additional_objectives = {{"size", ObjectiveType::kMinimize, {}}};
  TrialTable table(spec);
  auto trial = SampleTrial(5);
  trial.additional_objective_values = {42};
  table.Put(trial);
  const auto json = Printed(table);
  CHECK(json["objectives"][1] ==
        nlohmann::json::parse(R"({"metric":"size","type":"minimize","values":[42]})"));
}

TEST_CASE("A table is loaded from the store as it was put together", "[table]") {
  SampleStore store;
  constexpr int kTrials = 4500;  // several parts
  std::vector<TrialRecord> trials;
  TrialTable expected(SampleSpec());
  for (int i = 0; i < kTrials; ++i) {
    trials.push_back(SampleTrial(i));
    trials.back().metrics.clear();
    expected.Put(trials.back());
  }
  store.Add(trials);
  const auto loaded = *LoadTrialTable(*store, "uid-e", SampleSpec());
  CHECK(PrintTrialTable(loaded.columns(), 1) == PrintTrialTable(expected.columns(), 1));
}

}  // namespace qalam
