// Databases of earlier schemas are brought forward with what they hold.

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "base/files.h"
#include "db/sqlite/connection.h"
#include "db/store.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

namespace {

// A database as the first release wrote it: one experiment with a best and a worse trial.
void WriteFirstSchema(const std::string& path) {
  const auto connection = *sqlite::Connection::Open(path, /*writable=*/true, absl::Seconds(1));
  const auto schema =
      *ReadFile(std::string(QALAM_SOURCE) + "/db/sqlite/migrations/0001_experiments.sql");
  REQUIRE(connection->Execute(schema.c_str()).ok());
  REQUIRE(connection
              ->Execute("INSERT INTO experiments VALUES (1, 'uid-a', 'default', 'a', "
                        "'{\"spec\":{\"algorithm\":{\"algorithmName\":\"tpe\"}}}', 5, 1, '', "
                        "'', 0, 0, 0, 0, '/w', 1000, NULL, NULL, 3);"
                        "INSERT INTO trials VALUES (1, 'uid-a-0', 1, 0, 't0', '[[\"x\",\"1\"]]', "
                        "'{}', 2, '', '', 1, 0.5, 'h', 9, 1, 2000, 3000, 4000, 0);"
                        "INSERT INTO trials VALUES (2, 'uid-a-1', 1, 1, 't1', '[[\"x\",\"2\"]]', "
                        "'{}', 2, '', '', 1, 0.75, 'h', 9, 1, 2000, 3000, 4000, 0);"
                        "INSERT INTO metrics VALUES (1, 1, 'acc', 0.25, 0.5, 0.5, 2);"
                        "PRAGMA application_id=1363233869; PRAGMA user_version=1")
              .ok());
}

}  // namespace

TEST_CASE("A database of the first schema keeps all it holds", "[store][migration]") {
  const TemporaryDirectory directory;
  const std::string path = directory.File("old.db");
  WriteFirstSchema(path);
  for (int i = 0; i < 2; ++i) {  // the second time, nothing is left to do
    auto store = OpenSqliteStore(path);
    INFO(Message(store.status()));
    REQUIRE(store.ok());
    const auto experiments = *(*store)->ListExperiments({});
    REQUIRE(experiments.size() == 1);
    CHECK(experiments[0].version == 3);
    CHECK((*store)->ListExperiments({.algorithm = "tpe"})->size() == 1);
    CHECK(*(*store)->CountExperiments({.algorithm = "random"}) == 0);
    const auto trials = *(*store)->ListTrials({.experiment_uid = "uid-a"});
    REQUIRE(trials.size() == 2);
    CHECK(trials[0].parameters == std::vector<Assignment>{{"x", "1"}});
    CHECK(trials[0].objective_value == 0.5);
    CHECK(trials[0].additional_objective_values.empty());
    CHECK(trials[0].IsFeasible());
    CHECK(trials[0].metrics.at(0).max == 0.5);
    CHECK((*(*store)->BestTrial("uid-a", ObjectiveType::kMaximize))->number == 1);
    CHECK((*(*store)->CountTrials("uid-a"))[TrialState::kSucceeded] == 2);
  }
}

TEST_CASE("Further objectives and violations are kept, and only a feasible trial is best",
          "[store]") {
  const TemporaryDirectory directory;
  const auto store = *OpenSqliteStore(directory.File("qalam.db"));
  ExperimentRecord experiment{.uid = "e", .name_space = "default", .name = "e"};
  WriteBatch batch{.create_experiments = {experiment}};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<std::vector<double>> violations = {
      {0.1}, {0, -1}, {nan}, {-infinity, 1e-300}, {}};
  for (int i = 0; i < 5; ++i) {
    TrialRecord trial{.uid = fmt::format("e-{}", i), .experiment_uid = "e"};
    trial.name = trial.uid;
    trial.number = i;
    trial.state = TrialState::kSucceeded;
    trial.objective_value = 1.0 * i;
    trial.additional_objective_values = {0.1 + i, -infinity, nan};
    trial.violations = violations[i];
    batch.create_trials.push_back(trial);
  }
  REQUIRE(store->Commit(batch).ok());
  const auto trials = *store->ListTrials({.experiment_uid = "e"});
  REQUIRE(trials.size() == 5);
  CHECK(trials[3].violations == violations[3]);
  CHECK(std::isnan(trials[2].violations.at(0)));
  CHECK(trials[1].additional_objective_values.at(0) == 1.1);
  CHECK(trials[1].additional_objective_values.at(1) == -infinity);
  CHECK(std::isnan(trials[1].additional_objective_values.at(2)));
  CHECK((*store->BestTrial("e", ObjectiveType::kMinimize))->number == 1);
  CHECK((*store->BestTrial("e", ObjectiveType::kMaximize))->number == 4);
  TrialRecord better = trials[0];
  better.violations = {0};
  REQUIRE(store->Commit({.update_trials = {better}}).ok());
  CHECK((*store->BestTrial("e", ObjectiveType::kMinimize))->number == 0);
}

}  // namespace qalam
