// What the web UI's charts cost the server: the table of an experiment's trials, a long metric, the
// curves, sorting and filtering, importance and sparklines. Usage: bench_analysis [TRIALS
// [POINTS]]. Prints a line of JSON for each.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <functional>

#include "base/random.h"
#include "db/store.h"
#include "server/analysis/curves.h"
#include "server/analysis/incumbent.h"
#include "server/analysis/metric_series.h"
#include "server/analysis/trial_importance.h"
#include "server/analysis/trial_order.h"
#include "server/analysis/trial_table.h"

namespace qalam {
namespace {

constexpr int kParameters = 10;
constexpr int kManyExperiments = 1000;
constexpr int kCurvePoints = 200;
constexpr int kCurveTrials = 600;

double CpuSeconds() {
  timespec time = {};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

// The least of three, in milliseconds.
double Milliseconds(const std::function<Status()>& work) {
  double best = INFINITY;
  for (int i = 0; i < 3; ++i) {
    const double start = CpuSeconds();
    if (const Status status = work(); !status.ok()) {
      std::fprintf(stderr, "bench_analysis: %s\n", Message(status).c_str());
      std::exit(1);
    }
    best = std::min(best, 1000 * (CpuSeconds() - start));
  }
  return best;
}

void Report(const char* what, double milliseconds, double aim) {
  std::printf("{\"what\": \"%s\", \"milliseconds\": %.1f, \"aim\": %.0f}\n", what, milliseconds,
              aim);
  std::fflush(stdout);
}

ExperimentSpec Spec(int parameters) {
  ExperimentSpec spec;
  spec.objective.metric_name = "accuracy";
  for (int i = 0; i < parameters; ++i) {
    Parameter& parameter = spec.parameters.emplace_back();
    parameter.name = fmt::format("p{}", i);
    if (i == parameters - 1) {
      parameter.type = ParameterType::kCategorical;
      parameter.feasible_space.list = {"sgd", "adam", "rmsprop"};
    } else {
      parameter.feasible_space = {.min = "0", .max = "1"};
    }
  }
  return spec;
}

TrialRecord RandomTrial(const ExperimentSpec& spec, const std::string& experiment, int64_t number,
                        RandomStream& random) {
  TrialRecord trial;
  trial.uid = fmt::format("{}-{}", experiment, number);
  trial.experiment_uid = experiment;
  trial.name = fmt::format("filled-{}", number);
  trial.number = number;
  double objective = 0;
  for (const auto& parameter : spec.parameters) {
    const double value = random.Uniform();
    if (parameter.type == ParameterType::kCategorical) {
      trial.parameters.push_back({parameter.name, parameter.feasible_space.list[number % 3]});
    } else {
      trial.parameters.push_back({parameter.name, fmt::format("{}", value)});
      objective += value * static_cast<double>(1 + trial.parameters.size() % 3);
    }
  }
  trial.state = TrialState::kSucceeded;
  trial.objective_value = objective;
  trial.created = trial.started = absl::FromUnixMillis(1700000000000 + number * 1234);
  trial.completed = trial.started + absl::Seconds(100);
  return trial;
}

// With one point of accuracy for each trial.
Status FillTrials(Store& store, const ExperimentSpec& spec, const std::string& uid,
                  int64_t trials) {
  RandomStream random(1, 0, "bench");
  ExperimentRecord experiment;
  experiment.uid = experiment.name = uid;
  experiment.name_space = "default";
  experiment.document_json = "{}";
  experiment.created = absl::FromUnixSeconds(1700000000);
  RETURN_IF_ERROR(store.Commit({.create_experiments = {experiment}}));
  constexpr int64_t kBatch = 5000;
  for (int64_t begin = 0; begin < trials; begin += kBatch) {
    WriteBatch batch;
    for (int64_t i = begin; i < std::min(begin + kBatch, trials); ++i) {
      batch.create_trials.push_back(RandomTrial(spec, uid, i, random));
      const auto& trial = batch.create_trials.back();
      batch.append_points.push_back(
          {trial.uid, {{"accuracy", trial.started, *trial.objective_value, 1, ""}}});
    }
    RETURN_IF_ERROR(store.Commit(batch));
  }
  return absl::OkStatus();
}

Status FillPoints(Store& store, const std::string& trial_uid, int64_t points) {
  RandomStream random(2, 0, "bench");
  constexpr int64_t kBatch = 100000;
  double value = 0;
  for (int64_t begin = 0; begin < points; begin += kBatch) {
    TrialPoints batch{trial_uid, {}};
    for (int64_t i = begin; i < std::min(begin + kBatch, points); ++i) {
      value += random.Normal();
      batch.points.push_back({"long", absl::FromUnixMillis(1700000000000 + i), value, i, ""});
    }
    RETURN_IF_ERROR(store.Commit({.append_points = {batch}}));
  }
  return absl::OkStatus();
}

Status BenchTable(Store& store, int64_t trials) {
  const ExperimentSpec spec = Spec(kParameters);
  RETURN_IF_ERROR(FillTrials(store, spec, "table", trials));
  TrialTable table(spec);
  Report("table: read from the store", Milliseconds([&]() -> Status {
           ASSIGN_OR_RETURN(table, LoadTrialTable(store, "table", spec));
           return absl::OkStatus();
         }),
         1000);
  std::string json;
  Report("table: print", Milliseconds([&] {
           json = PrintTrialTable(table.columns(), 1);
           return absl::OkStatus();
         }),
         300);
  std::printf("{\"what\": \"table: size\", \"bytes\": %zu}\n", json.size());
  const TrialSelection selection{.filter = "p0 < 0.5 and (accuracy > 3 or not p9 == \"sgd\")",
                                 .sort = "accuracy"};
  Report("trials: filter, sort and page",
         Milliseconds([&] { return SelectTrials(table.columns(), selection).status(); }), 100);
  return absl::OkStatus();
}

Status BenchCurves(Store& store) {
  const ExperimentSpec spec = Spec(kParameters);
  RETURN_IF_ERROR(FillTrials(store, spec, "curves", kCurveTrials));
  for (int i = 0; i < kCurveTrials; ++i) {
    RETURN_IF_ERROR(FillPoints(store, fmt::format("curves-{}", i), kCurvePoints));
  }
  ASSIGN_OR_RETURN(const auto table, LoadTrialTable(store, "curves", spec));
  Report("curves: 500 trials", Milliseconds([&] {
           return CurvesJson(store, table.columns(), {.metric = "long"}).status();
         }),
         300);
  return absl::OkStatus();
}

Status BenchLongMetric(Store& store, int64_t points) {
  RETURN_IF_ERROR(FillTrials(store, Spec(1), "long", 1));
  RETURN_IF_ERROR(FillPoints(store, "long-0", points));
  ASSIGN_OR_RETURN(const auto trials, store.ListTrials({.uid = "long-0"}));
  Report("metric: down-sample",
         Milliseconds([&] { return MetricSeriesJson(store, trials[0], "long", 1000).status(); }),
         300);
  return absl::OkStatus();
}

Status BenchImportance(Store& store) {
  const ExperimentSpec spec = Spec(20);
  RETURN_IF_ERROR(FillTrials(store, spec, "importance", 10000));
  ASSIGN_OR_RETURN(const auto table, LoadTrialTable(store, "importance", spec));
  const ExperimentRecord experiment{.uid = "importance", .seed = 1};
  for (const char* evaluator : {"fanova", "ped-anova"}) {
    Report(
        fmt::format("importance: {}, 10000 trials x 20 parameters", evaluator).c_str(),
        Milliseconds([&] {
          return ImportanceJson(store, experiment, spec, table.columns(), {evaluator, 0}).status();
        }),
        1000);
  }
  return absl::OkStatus();
}

Status BenchSparklines(Store& store) {
  const ExperimentSpec spec = Spec(2);
  for (int i = 0; i < kManyExperiments; ++i) {
    RETURN_IF_ERROR(FillTrials(store, spec, fmt::format("many-{}", i), 100));
  }
  Report("sparklines: 1000 experiments of 100 trials", Milliseconds([&]() -> Status {
           SparklineCache cache;
           for (int i = 0; i < kManyExperiments; ++i) {
             const std::string uid = fmt::format("many-{}", i);
             RETURN_IF_ERROR(
                 cache.Get(store, uid, ObjectiveType::kMaximize, {{TrialState::kSucceeded, 100}})
                     .status());
           }
           return absl::OkStatus();
         }),
         200);
  Report("sparklines: one experiment of all trials", Milliseconds([&] {
           return store.ListIncumbents("table", ObjectiveType::kMaximize).status();
         }),
         100);
  return absl::OkStatus();
}

Status Run(const std::string& folder, int64_t trials, int64_t points) {
  ASSIGN_OR_RETURN(const auto store, OpenSqliteStore(folder + "/qalam.db"));
  RETURN_IF_ERROR(BenchTable(*store, trials));
  RETURN_IF_ERROR(BenchLongMetric(*store, points));
  RETURN_IF_ERROR(BenchCurves(*store));
  RETURN_IF_ERROR(BenchImportance(*store));
  return BenchSparklines(*store);
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  const int64_t trials = argc > 1 ? std::atoll(argv[1]) : 100000;
  const int64_t points = argc > 2 ? std::atoll(argv[2]) : 1000000;
  std::string folder = std::filesystem::temp_directory_path() / "qalam-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  const auto status = qalam::Run(folder, trials, points);
  std::filesystem::remove_all(folder);
  if (!status.ok()) std::fprintf(stderr, "bench_analysis: %s\n", qalam::Message(status).c_str());
  return status.ok() ? 0 : 1;
}
