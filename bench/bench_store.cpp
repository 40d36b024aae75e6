// What a database costs by itself. Usage: bench_store ADDRESS TRIALS POINTS, where ADDRESS is an
// empty database as --db takes it. Prints JSON with rates and times.

#include <absl/time/clock.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "db/database.h"

namespace qalam {
namespace {

constexpr int64_t kBatch = 1000;

double SecondsOf(const std::function<void()>& work) {
  const Time begin = absl::Now();
  work();
  return absl::ToDoubleSeconds(absl::Now() - begin);
}

// The middle one of several, in milliseconds.
double MedianMilliseconds(const std::function<void()>& work) {
  constexpr int kTimes = 21;
  std::vector<double> times;
  for (int i = 0; i < kTimes; ++i) times.push_back(1000 * SecondsOf(work));
  std::nth_element(times.begin(), times.begin() + kTimes / 2, times.end());
  return times[kTimes / 2];
}

void Check(const Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_store: %s\n", Message(status).c_str());
  std::exit(1);
}

template <typename Value>
Value Check(StatusOr<Value> value) {
  Check(value.status());
  return *std::move(value);
}

ExperimentRecord Experiment(const std::string& name) {
  ExperimentRecord experiment;
  experiment.uid = name;
  experiment.name_space = "default";
  experiment.name = name;
  experiment.document_json = "{}";
  experiment.created = absl::Now();
  return experiment;
}

TrialRecord Trial(const std::string& experiment, int64_t number) {
  TrialRecord trial;
  trial.uid = fmt::format("{}-{}", experiment, number);
  trial.experiment_uid = experiment;
  trial.name = trial.uid;
  trial.number = number;
  trial.parameters = {{"lr", "0.001"}, {"units", "64"}, {"optimizer", "adam"}};
  trial.created = absl::Now();
  return trial;
}

TrialRecord Finished(TrialRecord trial) {
  trial.state = TrialState::kSucceeded;
  trial.objective_value = 1.0 / (1.0 + static_cast<double>(trial.number));
  trial.completed = absl::Now();
  return trial;
}

// Each trial is two durable commits: it is made, and it ends.
double TrialsPerSecond(Store& store, const std::string& experiment, int64_t count, int writers) {
  Check(store.Commit({.create_experiments = {Experiment(experiment)}}));
  std::atomic<int64_t> next = 0;
  const auto write = [&] {
    for (int64_t number; (number = next++) < count;) {
      const TrialRecord trial = Trial(experiment, number);
      Check(store.Commit({.create_trials = {trial}}));
      Check(store.Commit({.update_trials = {Finished(trial)}}));
    }
  };
  const double seconds = SecondsOf([&] {
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) threads.emplace_back(write);
    for (auto& thread : threads) thread.join();
  });
  return static_cast<double>(count) / seconds;
}

double PointsPerSecond(Store& store, int64_t count) {
  Check(store.Commit(
      {.create_experiments = {Experiment("curve")}, .create_trials = {Trial("curve", 0)}}));
  const double seconds = SecondsOf([&] {
    for (int64_t begin = 0; begin < count; begin += kBatch) {
      TrialPoints points{Trial("curve", 0).uid, {}};
      for (int64_t step = begin; step < std::min(begin + kBatch, count); ++step) {
        const double value = std::exp(-1e-6 * static_cast<double>(step)) +
                             0.1 * std::sin(0.37 * static_cast<double>(step));
        points.points.push_back(
            {.metric = "loss", .time = absl::Now(), .value = value, .step = step});
      }
      Check(store.Commit({.append_points = {points}}));
    }
  });
  return static_cast<double>(count) / seconds;
}

void FillTrials(Store& store, const std::string& experiment, int64_t count) {
  Check(store.Commit({.create_experiments = {Experiment(experiment)}}));
  for (int64_t begin = 0; begin < count; begin += kBatch) {
    WriteBatch batch;
    for (int64_t i = begin; i < std::min(begin + kBatch, count); ++i) {
      batch.create_trials.push_back(Finished(Trial(experiment, i)));
      batch.append_points.push_back(
          {batch.create_trials.back().uid,
           {{.metric = "loss", .time = absl::Now(), .value = 0.5, .step = 1}}});
    }
    Check(store.Commit(batch));
  }
}

void Run(const std::string& text, int64_t trials, int64_t points) {
  const auto database = Check(OpenDatabase(Check(DatabaseAddress::Parse(text))));
  Store& store = *database.store;
  nlohmann::ordered_json report;
  report["trials_per_second"] = TrialsPerSecond(store, "one", trials, 1);
  report["trials_per_second_16"] = TrialsPerSecond(store, "many", 4 * trials, 16);
  report["points_in_per_second"] = PointsPerSecond(store, points);
  const std::string uid = Trial("curve", 0).uid;
  const double reading = SecondsOf([&] {
    if (Check(store.ReadMetrics({.trial_uid = uid})).total != points) std::exit(1);
  });
  report["points_out_per_second"] = static_cast<double>(points) / reading;
  report["chart_points"] = points;
  report["chart_milliseconds"] = MedianMilliseconds([&] {
    const auto curve =
        Check(store.ReadMetrics({.trial_uid = uid, .metric = "loss", .max_points = 1000}));
    if (curve.points.size() < 500) std::exit(1);
  });
  constexpr int64_t kListed = 100'000;
  constexpr int kPage = 50;
  FillTrials(store, "listed", kListed);
  report["listed_trials"] = kListed;
  report["first_page_milliseconds"] = MedianMilliseconds([&] {
    if (Check(store.ListTrials({.experiment_uid = "listed", .limit = kPage})).size() != kPage) {
      std::exit(1);
    }
  });
  std::printf("%s\n", report.dump().c_str());
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: bench_store ADDRESS TRIALS POINTS\n");
    return 2;
  }
  qalam::Run(argv[1], std::atoll(argv[2]), std::atoll(argv[3]));
  return 0;
}
