// What the process operator and the controller cost beside what the machine does in any case, and
// what early stopping saves. Usage: bench_operators MEDIAN_STOP_DOCUMENT RESULTS. Prints a table
// and writes JSON. Runs where the example's programs are found: in the repository's root.

#include <absl/time/clock.h>
#include <grpcpp/grpcpp.h>
#include <spdlog/spdlog.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "base/process.h"
#include "base/uid.h"
#include "db/store.h"
#include "server/server.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

constexpr int kParallel = 4;

struct Load {
  const char* name;
  std::vector<std::string> command;
  int trials;
  double aim;  // of the rate, as a share of the raw one; 0: none
};

const Load kLoads[] = {{"0 ms", {"true"}, 1000, 0}, {"100 ms", {"sleep", "0.1"}, 300, 0.9}};

[[noreturn]] void Fail(const Status& status) {
  std::fprintf(stderr, "bench_operators: %s\n", Message(status).c_str());
  std::exit(1);
}

template <typename T>
T Value(StatusOr<T> value) {
  if (!value.ok()) Fail(value.status());
  return *std::move(value);
}

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("qalam-bench-" + NewUid())) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() {
    std::error_code error;
    std::filesystem::remove_all(path_, error);
  }
  std::string File(const char* name) const { return (path_ / name).string(); }

 private:
  const std::filesystem::path path_;
};

// Commands a second, so many at once, without anybody who looks after them.
double RawRate(const Load& load) {
  const SpawnRequest request{.arguments = load.command, .environment = EnvironmentWith({})};
  const Time start = absl::Now();
  int started = 0;
  for (int ended = 0; ended < load.trials;) {
    while (started < load.trials && started - ended < kParallel) {
      Value(Spawn(request));
      ++started;
    }
    if (waitpid(-1, nullptr, 0) > 0) ++ended;
  }
  return load.trials / absl::ToDoubleSeconds(absl::Now() - start);
}

struct Finished {
  double seconds = 0;
  std::vector<TrialRecord> trials;  // by number
};

// Runs the document's experiment to its end, as `qalam run` does.
Finished RunExperiment(const std::string& document) {
  const Folder folder;
  ServerOptions options;
  options.database_path = folder.File("qalam.db");
  options.work_root = folder.File("trials");
  const auto server = Value(Server::Start(options));
  const auto stub = v1::ExperimentService::NewStub(server->InProcessChannel());
  const Time start = absl::Now();
  grpc::ClientContext create_context;
  v1::CreateExperimentsRequest request;
  request.set_document(document);
  v1::CreateExperimentsReply created;
  auto status = stub->CreateExperiments(&create_context, request, &created);
  if (!status.ok()) Fail(InvalidArgument("{}", status.error_message()));
  grpc::ClientContext watch_context;
  v1::GetExperimentRequest watched;
  watched.mutable_experiment()->set_name(created.experiments(0).name());
  const auto reader = stub->WatchExperiment(&watch_context, watched);
  v1::Experiment last;
  while (reader->Read(&last)) {
  }
  Finished finished;
  finished.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (last.state() != v1::EXPERIMENT_SUCCEEDED) {
    Fail(Internal("the experiment has not succeeded: {}", last.message()));
  }
  server->Shutdown();
  const auto store = Value(OpenSqliteStore(options.database_path));
  finished.trials = Value(store->ListTrials({}));
  return finished;
}

std::string LoadDocument(const Load& load) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: load}}
spec:
  objective: {{type: minimize, objectiveMetricName: none}}
  algorithm: {{algorithmName: random}}
  metricsCollectorSpec: {{collector: {{kind: None}}}}
  maxTrialCount: {}
  parallelTrialCount: {}
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      metadata: {{annotations: {{x: "${{trialParameters.x}}"}}}}
      spec: {{template: {{spec: {{containers: [{{name: main, command: {}}}]}}}}}}
)",
                     load.trials, kParallel, nlohmann::json(load.command).dump());
}

// From each end until the trial that takes its place runs, both as the store has them.
std::vector<double> Gaps(const std::vector<TrialRecord>& trials) {
  std::vector<Time> starts, ends;
  for (const auto& trial : trials) {
    starts.push_back(trial.started);
    ends.push_back(trial.completed);
  }
  std::sort(starts.begin(), starts.end());
  std::sort(ends.begin(), ends.end());
  std::vector<double> gaps;
  for (size_t i = kParallel; i < starts.size(); ++i) {
    gaps.push_back(absl::ToDoubleMilliseconds(starts[i] - ends[i - kParallel]));
  }
  std::sort(gaps.begin(), gaps.end());
  return gaps;
}

nlohmann::json MeasureLoad(const Load& load) {
  // Before and after, since the machine's own pace changes.
  const double before = RawRate(load);
  const Finished finished = RunExperiment(LoadDocument(load));
  const double raw = (before + RawRate(load)) / 2;
  const double rate = load.trials / finished.seconds;
  const auto gaps = Gaps(finished.trials);
  const double median = gaps[gaps.size() / 2], late = gaps[gaps.size() * 95 / 100];
  std::printf("%-8s %10.1f %10.1f %8.2f %6s %12.1f %12.1f\n", load.name, rate, raw, rate / raw,
              load.aim > 0 ? fmt::format("{:g}", load.aim).c_str() : "", median, late);
  std::fflush(stdout);
  return {{"trials_per_second", rate}, {"raw_per_second", raw},   {"ratio", rate / raw},
          {"aim", load.aim},           {"gap_ms_median", median}, {"gap_ms_95", late},
          {"trials", load.trials},     {"parallel", kParallel}};
}

// Seconds from the first trial's creation until a trial was as good as `target`.
double SecondsUntil(const Finished& finished, double target, bool maximize) {
  Time first = absl::InfiniteFuture(), reached = absl::InfiniteFuture();
  for (const auto& trial : finished.trials) {
    first = std::min(first, trial.created);
    if (!trial.objective_value) continue;
    const double value = *trial.objective_value;
    if (maximize ? value >= target : value <= target) reached = std::min(reached, trial.completed);
  }
  return absl::ToDoubleSeconds(reached - first);
}

double BestOf(const Finished& finished, bool maximize) {
  std::vector<double> values;
  for (const auto& trial : finished.trials) {
    if (trial.objective_value) values.push_back(*trial.objective_value);
  }
  if (values.empty()) Fail(Internal("no trial has an objective"));
  return maximize ? *std::max_element(values.begin(), values.end())
                  : *std::min_element(values.begin(), values.end());
}

nlohmann::json MeasureEarlyStopping(const std::string& path) {
  const auto parsed = ParseDocuments(Value(ReadFile(path)), path, RegisteredAlgorithms());
  if (!parsed.faults.empty()) Fail(InvalidArgument("{}", parsed.faults[0].ToString()));
  ExperimentDocument document = parsed.documents.at(0);
  const bool maximize = document.spec.objective.type == ObjectiveType::kMaximize;
  // Neither is to end before the other by luck.
  document.spec.objective.goal.reset();
  const Finished with = RunExperiment(ToYaml(document));
  document.spec.early_stopping.reset();
  const Finished without = RunExperiment(ToYaml(document));
  // What both have come to.
  const double best_with = BestOf(with, maximize), best_without = BestOf(without, maximize);
  const double target =
      maximize ? std::min(best_with, best_without) : std::max(best_with, best_without);
  const double reached_with = SecondsUntil(with, target, maximize);
  const double reached_without = SecondsUntil(without, target, maximize);
  const auto stopped = std::count_if(
      with.trials.begin(), with.trials.end(),
      [](const TrialRecord& trial) { return trial.state == TrialState::kEarlyStopped; });
  std::printf("%-12s %10s %10s %14s %10s\n", "medianstop", "all, s", "best", "to same best, s",
              "stopped");
  std::printf("%-12s %10.1f %10.4f %14.1f %10ld\n", "with", with.seconds, best_with, reached_with,
              static_cast<long>(stopped));
  std::printf("%-12s %10.1f %10.4f %14.1f %10d\n", "without", without.seconds, best_without,
              reached_without, 0);
  return {{"target", target},
          {"with",
           {{"seconds", with.seconds},
            {"seconds_to_target", reached_with},
            {"best", best_with},
            {"stopped", stopped}}},
          {"without",
           {{"seconds", without.seconds},
            {"seconds_to_target", reached_without},
            {"best", best_without}}}};
}

}  // namespace
}  // namespace qalam

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_operators MEDIAN_STOP_DOCUMENT RESULTS\n");
    return 2;
  }
  spdlog::set_level(spdlog::level::warn);
  nlohmann::json results;
  std::printf("%-8s %10s %10s %8s %6s %12s %12s\n", "trials", "a second", "raw", "ratio", "aim",
              "next, ms", "95%, ms");
  for (const auto& load : qalam::kLoads) results["load"][load.name] = qalam::MeasureLoad(load);
  std::printf("\n");
  results["early_stopping"] = qalam::MeasureEarlyStopping(argv[1]);
  const auto written = qalam::WriteFileAtomically(argv[2], results.dump(1) + "\n", false);
  if (!written.ok()) qalam::Fail(written);
  std::printf("\nwritten to %s\n", argv[2]);
  return 0;
}
