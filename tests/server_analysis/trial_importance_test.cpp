#include "server/analysis/trial_importance.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <nlohmann/json.hpp>

#include "tests/server_analysis/sample_trials.h"

namespace qalam {
namespace {

// 60 trials whose accuracy follows lr alone and whose size follows layers alone, and some that must
// not count.
struct Stored {
  Stored() {
    spec.objective.additional_objectives = {{"size", ObjectiveType::kMinimize, {}}};
    std::vector<TrialRecord> trials;
    for (int i = 0; i < 80; ++i) {
      auto trial = SampleTrial(i);
      trial.objective_value = i % 4;
      trial.additional_objective_values = {static_cast<double>(i % 3)};
      if (i >= 60) trial.objective_value = 1000 * i;
      if (i >= 60 && i < 70) trial.state = TrialState::kFailed;
      if (i >= 70 && i < 75) trial.objective_value = INFINITY;
      if (i >= 75) trial.parameters[0] = {"lr", "5"};  // outside the space
      trials.push_back(trial);
    }
    store.Add(trials);
    experiment = store->ListExperiments({})->front();
    table = *LoadTrialTable(*store, "uid-e", spec);
  }
  StatusOr<std::string> Ask(const ImportanceQuery& query) {
    return ImportanceJson(*store, experiment, spec, table->columns(), query);
  }
  ExperimentSpec spec = SampleSpec();
  SampleStore store;
  ExperimentRecord experiment;
  std::optional<TrialTable> table;
};

}  // namespace

TEST_CASE("Importance is of each objective's own parameters", "[importance]") {
  Stored stored;
  const std::string evaluator = GENERATE("", "fanova", "ped-anova");
  CAPTURE(evaluator);
  const auto first = nlohmann::json::parse(*stored.Ask({evaluator, 0}));
  CHECK(first["evaluator"] == (evaluator.empty() ? "fanova" : evaluator));
  CHECK(first["objective"] == "accuracy");
  CHECK(first["trials"] == 60);
  REQUIRE(first["importances"].size() == 3);
  CHECK(first["importances"][0]["parameter"] == "lr");
  CHECK(first["importances"][0]["importance"] > 0.5);  // the optimizer follows the number too
  CHECK(first["pairs"].is_array());
  for (const auto& pair : first["pairs"]) CHECK(pair["parameters"].size() == 2);
  const auto second = nlohmann::json::parse(*stored.Ask({evaluator, 1}));
  CHECK(second["objective"] == "size");
  CHECK(second["importances"][0]["parameter"] == "layers");
}

TEST_CASE("Importance that cannot be told is refused in words", "[importance]") {
  Stored stored;
  CHECK(stored.Ask({"nothing", 0}).status().code() == StatusCode::kInvalidArgument);
  CHECK(stored.Ask({"", 2}).status().code() == StatusCode::kInvalidArgument);
  CHECK(stored.Ask({"", -1}).status().code() == StatusCode::kInvalidArgument);
  const TrialTable empty(stored.spec);
  const auto none =
      ImportanceJson(*stored.store, stored.experiment, stored.spec, empty.columns(), {});
  CHECK(none.status().code() == StatusCode::kFailedPrecondition);
}

}  // namespace qalam
