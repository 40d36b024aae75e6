// Fills a database for measuring the web UI. Usage: bench_ui_fill DATABASE KIND COUNT, where KIND
// is "experiments" (so many, of 20 trials each), "trials" (one experiment of so many) or "points"
// (one trial with so many points of one metric). Everything has ended long ago, so a server that
// opens the database has nothing to run.

#include <absl/strings/numbers.h>
#include <absl/time/clock.h>

#include <cmath>
#include <cstdio>

#include "base/random.h"
#include "db/store.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

constexpr int64_t kBatch = 500;
constexpr int kTrialsOfEach = 20;
constexpr int kWorkers = 16;
// As many trials have curves as the page shows at once.
constexpr int64_t kCurves = 500;
constexpr int kCurvePoints = 50;

constexpr char kDocument[] = R"(
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: maximize, objectiveMetricName: accuracy, additionalMetricNames: [loss]}}
  algorithm: {{algorithmName: tpe}}
  seed: 1
  maxTrialCount: {}
  parallelTrialCount: {}
  parameters:
    - {{name: learning_rate, parameterType: double, feasibleSpace: {{min: "1e-5", max: "0.1", distribution: logUniform}}}}
    - {{name: momentum, parameterType: double, feasibleSpace: {{min: "0.5", max: "0.99"}}}}
    - {{name: dropout, parameterType: double, feasibleSpace: {{min: "0", max: "0.6"}}}}
    - {{name: weight_decay, parameterType: double, feasibleSpace: {{min: "0", max: "0.1"}}}}
    - {{name: width, parameterType: int, feasibleSpace: {{min: "16", max: "512"}}}}
    - {{name: depth, parameterType: int, feasibleSpace: {{min: "1", max: "12"}}}}
    - {{name: optimizer, parameterType: categorical, feasibleSpace: {{list: [sgd, adam, rmsprop]}}}}
    - {{name: schedule, parameterType: categorical, feasibleSpace: {{list: [constant, cosine]}}}}
  trialTemplate:
    primaryContainerName: main
    trialParameters: [{{name: lr, reference: learning_rate}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - {{name: main, command: ["true", "${{trialParameters.lr}}"]}}
            restartPolicy: Never
)";

StatusOr<ExperimentRecord> EndedExperiment(const std::string& name, int64_t trials, Time begin) {
  const auto parsed =
      ParseDocuments(fmt::format(kDocument, name, trials, std::min<int64_t>(kWorkers, trials)),
                     "fill", RegisteredAlgorithms());
  if (parsed.documents.empty()) return Internal("{}", parsed.faults.at(0).ToString());
  ExperimentRecord experiment;
  experiment.uid = "uid-" + name;
  experiment.name_space = "default";
  experiment.name = name;
  experiment.document_json = ToJson(parsed.documents[0]).dump();
  experiment.seed = 1;
  experiment.state = ExperimentState::kSucceeded;
  experiment.reason = "MaxTrialsReached";
  experiment.created = experiment.started = begin;
  experiment.completed = begin + absl::Seconds(2) * static_cast<double>(trials);
  return experiment;
}

// Draws that look like a search that goes well: later trials are nearer to the best.
struct Drawn {
  TrialRecord trial;
  double accuracy = 0;
};

Drawn EndedTrial(const ExperimentRecord& experiment, int64_t number, int64_t count) {
  RandomStream random(experiment.seed, number, experiment.name);
  const double focus = 0.9 * static_cast<double>(number) / static_cast<double>(count);
  const auto near = [&](double best) { return best * focus + random.Uniform() * (1 - focus); };
  const double rate = near(0.6), momentum = near(0.8), dropout = near(0.3), decay = near(0.1);
  const double width = near(0.7), depth = near(0.5);
  const auto choice = static_cast<size_t>(random.Uniform() < focus ? 1 : random.Uniform() * 3);

  Drawn drawn;
  drawn.accuracy = 0.95 - 0.6 * std::abs(rate - 0.6) - 0.2 * std::abs(momentum - 0.8) -
                   0.15 * std::abs(dropout - 0.3) - 0.1 * std::abs(depth - 0.5) -
                   (choice == 1 ? 0 : 0.05) + 0.02 * random.Uniform();
  TrialRecord& trial = drawn.trial;
  trial.experiment_uid = experiment.uid;
  trial.name = fmt::format("{}-{:05d}", experiment.name, number);
  trial.uid = "uid-" + trial.name;
  trial.number = number;
  constexpr const char* kOptimizers[] = {"sgd", "adam", "rmsprop"};
  trial.parameters = {{"learning_rate", fmt::format("{}", std::pow(10.0, -5 + 4 * rate))},
                      {"momentum", fmt::format("{}", 0.5 + 0.49 * momentum)},
                      {"dropout", fmt::format("{}", 0.6 * dropout)},
                      {"weight_decay", fmt::format("{}", 0.1 * decay)},
                      {"width", fmt::format("{}", 16 + static_cast<int>(496 * width))},
                      {"depth", fmt::format("{}", 1 + static_cast<int>(11 * depth))},
                      {"optimizer", kOptimizers[choice]},
                      {"schedule", random.Uniform() < 0.5 ? "constant" : "cosine"}};
  const double fate = random.Uniform();
  trial.state = fate < 0.03   ? TrialState::kFailed
                : fate < 0.15 ? TrialState::kEarlyStopped
                              : TrialState::kSucceeded;
  if (trial.state != TrialState::kFailed) trial.objective_value = drawn.accuracy;
  const auto slot = static_cast<double>(number / kWorkers);
  trial.created = experiment.started + absl::Seconds(32) * slot;
  trial.started = trial.created + absl::Milliseconds(200 + 800 * random.Uniform());
  trial.completed = trial.started + absl::Seconds(8 + 20 * random.Uniform());
  return drawn;
}

TrialPoints CurveOf(const Drawn& drawn, int points) {
  TrialPoints curve{drawn.trial.uid, {}};
  for (int step = 1; step <= points; ++step) {
    const double share = static_cast<double>(step) / points;
    const Time time = drawn.trial.started + (drawn.trial.completed - drawn.trial.started) * share;
    const double accuracy = drawn.accuracy * (1 - std::exp(-5 * share)) / (1 - std::exp(-5.0));
    curve.points.push_back({.metric = "accuracy", .time = time, .value = accuracy, .step = step});
    curve.points.push_back(
        {.metric = "loss", .time = time, .value = 1.05 - accuracy, .step = step});
  }
  return curve;
}

Status FillTrials(Store& store, const std::string& name, int64_t count, Time begin) {
  ASSIGN_OR_RETURN(const auto experiment, EndedExperiment(name, count, begin));
  RETURN_IF_ERROR(store.Commit({.create_experiments = {experiment}}));
  for (int64_t first = 0; first < count; first += kBatch) {
    WriteBatch batch;
    for (int64_t number = first; number < std::min(first + kBatch, count); ++number) {
      const auto drawn = EndedTrial(experiment, number, count);
      const bool whole = number >= count - kCurves;
      batch.append_points.push_back(CurveOf(drawn, whole ? kCurvePoints : 1));
      batch.create_trials.push_back(drawn.trial);
    }
    RETURN_IF_ERROR(store.Commit(batch));
  }
  return absl::OkStatus();
}

Status FillExperiments(Store& store, int64_t count) {
  const Time begin = absl::Now() - absl::Hours(24 * 30);
  for (int64_t i = 0; i < count; ++i) {
    RETURN_IF_ERROR(FillTrials(store, fmt::format("experiment-{:04d}", i), kTrialsOfEach,
                               begin + absl::Minutes(40) * static_cast<double>(i)));
  }
  return absl::OkStatus();
}

// A noisy metric with one spike of a single point: whoever thins it must not lose that.
Status FillPoints(Store& store, int64_t count) {
  const Time begin = absl::Now() - absl::Hours(48);
  ASSIGN_OR_RETURN(const auto experiment, EndedExperiment("points", 1, begin));
  const auto drawn = EndedTrial(experiment, 0, 1);
  RETURN_IF_ERROR(
      store.Commit({.create_experiments = {experiment}, .create_trials = {drawn.trial}}));
  RandomStream random(1, 0, "points");
  constexpr int64_t kPointsAtOnce = 20'000;
  for (int64_t first = 0; first < count; first += kPointsAtOnce) {
    TrialPoints points{drawn.trial.uid, {}};
    for (int64_t step = first; step < std::min(first + kPointsAtOnce, count); ++step) {
      const double value =
          step == count / 3 ? 25 : 2 / (1 + 1e-4 * static_cast<double>(step)) + random.Uniform();
      points.points.push_back({.metric = "loss",
                               .time = begin + absl::Milliseconds(100) * static_cast<double>(step),
                               .value = value,
                               .step = step});
    }
    RETURN_IF_ERROR(store.Commit({.append_points = {points}}));
  }
  return absl::OkStatus();
}

Status Fill(const std::string& database, const std::string& kind, int64_t count) {
  ASSIGN_OR_RETURN(const auto store, OpenSqliteStore(database));
  if (kind == "experiments") return FillExperiments(*store, count);
  if (kind == "trials") {
    return FillTrials(*store, fmt::format("trials-{}", count), count,
                      absl::Now() - absl::Hours(24 * 30));
  }
  if (kind == "points") return FillPoints(*store, count);
  return InvalidArgument("\"{}\" is none of experiments, trials, points", kind);
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  int64_t count = 0;
  if (argc != 4 || !absl::SimpleAtoi(argv[3], &count) || count < 1) {
    std::fprintf(stderr, "usage: bench_ui_fill DATABASE experiments|trials|points COUNT\n");
    return 2;
  }
  if (const auto status = qalam::Fill(argv[1], argv[2], count); !status.ok()) {
    std::fprintf(stderr, "bench_ui_fill: %s\n", qalam::Message(status).c_str());
    return 1;
  }
  return 0;
}
