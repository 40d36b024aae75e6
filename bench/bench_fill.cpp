// Fills a database with one finished experiment of many trials, for measuring what a server costs
// that holds it. Usage: bench_fill DATABASE TRIALS. Prints JSON with the rate.

#include <absl/time/clock.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "db/store.h"

namespace qalam {
namespace {

constexpr int64_t kBatch = 1000;

TrialRecord FinishedTrial(int64_t number) {
  TrialRecord trial;
  trial.uid = fmt::format("trial-{}", number);
  trial.experiment_uid = "filled";
  trial.name = fmt::format("filled-{}", number);
  trial.number = number;
  trial.parameters = {{"x", fmt::format("{}", number)}};
  trial.state = TrialState::kSucceeded;
  trial.objective_value = 1.0 / (1.0 + static_cast<double>(number));
  trial.created = trial.started = trial.completed = absl::Now();
  return trial;
}

Status Fill(const std::string& path, int64_t trials) {
  ASSIGN_OR_RETURN(const auto store, OpenSqliteStore(path));
  ExperimentRecord experiment;
  experiment.uid = "filled";
  experiment.name_space = "default";
  experiment.name = "filled";
  experiment.document_json = "{}";
  experiment.state = ExperimentState::kSucceeded;
  experiment.created = absl::Now();
  RETURN_IF_ERROR(store->Commit({.create_experiments = {experiment}}));
  const auto start = std::chrono::steady_clock::now();
  for (int64_t begin = 0; begin < trials; begin += kBatch) {
    WriteBatch batch;
    for (int64_t i = begin; i < std::min(begin + kBatch, trials); ++i) {
      batch.create_trials.push_back(FinishedTrial(i));
      batch.append_points.push_back(
          {batch.create_trials.back().uid,
           {{.metric = "accuracy", .time = absl::Now(), .value = 0.5, .step = 1}}});
    }
    RETURN_IF_ERROR(store->Commit(batch));
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  std::printf("{\"trials_per_second\": %.1f}\n", static_cast<double>(trials) / elapsed.count());
  return absl::OkStatus();
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_fill DATABASE TRIALS\n");
    return 2;
  }
  if (const auto status = qalam::Fill(argv[1], std::atoll(argv[2])); !status.ok()) {
    std::fprintf(stderr, "bench_fill: %s\n", qalam::Message(status).c_str());
    return 1;
  }
  return 0;
}
