#include "tests/server_analysis/sample_trials.h"

#include <catch2/catch.hpp>

namespace qalam {

ExperimentSpec SampleSpec() {
  ExperimentSpec spec;
  spec.objective.metric_name = "accuracy";
  spec.objective.additional_metric_names = {"loss"};
  spec.objective.metric_strategies = {{"accuracy", MetricStrategyType::kMax},
                                      {"loss", MetricStrategyType::kLatest}};
  spec.parameters = {
      {.name = "lr",
       .feasible_space = {.min = "1e-5", .max = "1", .distribution = Distribution::kLogUniform}},
      {.name = "layers", .type = ParameterType::kInt, .feasible_space = {.min = "1", .max = "5"}},
      {.name = "optimizer",
       .type = ParameterType::kCategorical,
       .feasible_space = {.list = {"sgd", "adam"}}}};
  return spec;
}

MetricSummary Summary(const std::string& name, double min, double max, double latest) {
  return {.name = name, .min = min, .max = max, .latest = latest, .count = 3};
}

TrialRecord SampleTrial(int64_t number) {
  TrialRecord trial;
  trial.uid = fmt::format("uid-e-{}", number);
  trial.experiment_uid = "uid-e";
  trial.name = fmt::format("e-{}", number);
  trial.number = number;
  trial.parameters = {{"lr", fmt::format("1e-{}", 1 + number % 4)},
                      {"layers", fmt::format("{}", 1 + number % 3)},
                      {"optimizer", number % 2 == 0 ? "sgd" : "adam"}};
  trial.state = TrialState::kSucceeded;
  const double objective = static_cast<double>(number) / 10;
  trial.objective_value = objective;
  trial.metrics = {Summary("accuracy", 0, objective, objective / 2), Summary("loss", 1, 9, 3)};
  trial.created = absl::FromUnixSeconds(1000 + number);
  trial.started = absl::FromUnixSeconds(2000 + number);
  trial.completed = trial.started + absl::Seconds(10 + number);
  return trial;
}

TrialTable SampleTable(int trials) {
  TrialTable table(SampleSpec());
  for (int i = 0; i < trials; ++i) table.Put(SampleTrial(i));
  return table;
}

SampleStore::SampleStore() {
  auto store = OpenSqliteStore(directory_.File("qalam.db"));
  REQUIRE(store.ok());
  store_ = *std::move(store);
  const ExperimentRecord experiment{.uid = "uid-e",
                                    .name_space = "default",
                                    .name = "e",
                                    .document_json = "{}",
                                    .created = absl::FromUnixSeconds(500)};
  REQUIRE(store_->Commit({.create_experiments = {experiment}}).ok());
}

void SampleStore::Add(const std::vector<TrialRecord>& trials) {
  REQUIRE(store_->Commit({.create_trials = trials}).ok());
}

void SampleStore::AddPoints(const TrialRecord& trial, const std::string& metric, int count) {
  TrialPoints points{trial.uid, {}};
  for (int i = 0; i < count; ++i) {
    points.points.push_back(
        {metric, absl::FromUnixMillis(1000 + i), static_cast<double>(i % 1000), i, ""});
  }
  REQUIRE(store_->Commit({.append_points = {points}}).ok());
}

}  // namespace qalam
