#include "server/analysis/curves.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>

#include "server/analysis/metric_series.h"
#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

using Rows = std::vector<size_t>;

}  // namespace

TEST_CASE("All trials that reported are drawn while there is room", "[curves]") {
  TrialTable table = SampleTable(5);
  auto silent = SampleTrial(2);
  silent.metrics = {Summary("loss", 1, 1, 1)};
  table.Put(silent);
  auto diverged = SampleTrial(4);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  diverged.metrics = {Summary("accuracy", nan, nan, nan)};
  table.Put(diverged);
  CHECK(ChooseCurves(table.columns(), "accuracy", 10) == Rows{0, 1, 3, 4});
  CHECK(ChooseCurves(table.columns(), "nothing", 10).empty());
}

TEST_CASE("Of too many, the best and the most recent are drawn", "[curves]") {
  ExperimentSpec spec = SampleSpec();
  const bool minimize = GENERATE(false, true);
  spec.objective.type = minimize ? ObjectiveType::kMinimize : ObjectiveType::kMaximize;
  TrialTable table(spec);
  for (int i = 0; i < 100; ++i) {
    auto trial = SampleTrial(i);
    trial.objective_value = i == 30 || i == 7 || i == 98 ? (minimize ? -i : i) : 0;
    if (i == 99 || i == 50) trial.objective_value.reset();
    table.Put(trial);
  }
  CHECK(ChooseCurves(table.columns(), "accuracy", 6) == Rows{7, 30, 96, 97, 98, 99});
}

TEST_CASE("Curves are printed down-sampled, with their spikes", "[curves]") {
  SampleStore store;
  std::vector<TrialRecord> trials = {SampleTrial(0), SampleTrial(1)};
  store.Add(trials);
  store.AddPoints(trials[0], "accuracy", 3);
  store.AddPoints(trials[1], "accuracy", 5000);
  store.AddPoints(trials[1], "loss", 10);
  const auto table = *LoadTrialTable(*store, "uid-e", SampleSpec());
  const auto json = nlohmann::json::parse(*CurvesJson(*store, table.columns(), {.points = 20}));
  CHECK(json["metric"] == "accuracy");
  REQUIRE(json["series"].size() == 2);
  CHECK(json["series"][0] == nlohmann::json::parse(R"({"number": 0, "steps": [0, 1, 2],
    "times": [1000, 1001, 1002], "values": [0, 1, 2]})"));
  const auto& longer = json["series"][1];
  CHECK(longer["values"].size() <= 20);
  CHECK(longer["values"].size() == longer["steps"].size());
  CHECK(longer["values"].size() == longer["times"].size());
  CHECK(*std::max_element(longer["values"].begin(), longer["values"].end()) == 999);
  CHECK(longer["steps"].back() == 4999);
  CHECK(CurvesJson(*store, table.columns(), {.metric = "none"}).status().code() ==
        StatusCode::kNotFound);
  CHECK(CurvesJson(*store, table.columns(), {.points = 0}).status().code() ==
        StatusCode::kInvalidArgument);
}

TEST_CASE("A trial's series have their totals, odd numbers and texts", "[curves]") {
  SampleStore store;
  auto trial = SampleTrial(0);
  store.Add({trial});
  store.AddPoints(trial, "loss", 100);
  const double inf = std::numeric_limits<double>::infinity();
  REQUIRE(
      store
          ->Commit({.append_points = {{trial.uid,
                                       {{"odd", absl::FromUnixMillis(5), -inf, -1, ""},
                                        {"odd", absl::FromUnixMillis(6), NAN, 2, "in words"}}}}})
          .ok());
  trial = store->ListTrials({.uid = trial.uid})->front();
  const auto json = nlohmann::json::parse(*MetricSeriesJson(*store, trial, "", 10))["series"];
  REQUIRE(json.size() == 2);
  CHECK(json[0]["metric"] == "loss");
  CHECK(json[0]["total"] == 100);
  CHECK(json[0]["values"].size() <= 10);
  CHECK(json[0]["texts"].empty());
  CHECK(json[1] == nlohmann::json::parse(R"({"metric": "odd", "total": 2, "steps": [null, 2],
    "times": [5, 6], "values": ["-Infinity", "NaN"], "texts": ["", "in words"]})"));
  const auto one = nlohmann::json::parse(*MetricSeriesJson(*store, trial, "odd", 0))["series"];
  CHECK(one.size() == 1);
  CHECK(*MetricSeriesJson(*store, trial, "none", 0) == "{\"series\":[]}");
}

}  // namespace qalam
