// Very many experiments, trials and metric points through the real controller, store and
// algorithms, over an engine that runs nothing and a clock that passes only when all is done.
// Usage: bench_load RESULTS [SCALE]. At SCALE 1: 1,000 experiments of 1,000 trials with 100 points
// each, 10,000 of them running. Prints a table and adds to the JSON.

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <unordered_map>

#include "base/files.h"
#include "bench/operator_load.h"
#include "controller/controller.h"
#include "suggestion/registry.h"

namespace qalam::bench {
namespace {

constexpr int kTrialsPerExperiment = 1000, kParallel = 10, kPointsPerTrial = 100;
// A trial reports each second, and is looked at once for so many of its points.
constexpr Duration kTick = absl::Seconds(20);
constexpr int kParts = 4;  // of the run, to be held against each other

// How long calls took: all of them counted, and a fair sample kept.
class Latencies {
 public:
  template <typename Call>
  auto Measure(const char* name, const Call& call) {
    const Time start = absl::Now();
    ++in_flight_;
    auto result = call();
    --in_flight_;
    Add(name, absl::ToDoubleMilliseconds(absl::Now() - start));
    return result;
  }

  int in_flight() const { return in_flight_; }

  nlohmann::json Report() const {
    absl::MutexLock lock(&mutex_);
    nlohmann::json report;
    std::printf("\n%-18s %12s %10s %10s %10s\n", "call", "calls", "p50, ms", "p99, ms", "longest");
    for (const auto& [name, one] : calls_) {
      std::vector<double> sample = one.sample;
      std::sort(sample.begin(), sample.end());
      const double median = sample[sample.size() / 2], late = sample[sample.size() * 99 / 100];
      std::printf("%-18s %12lld %10.3f %10.3f %10.1f\n", name.c_str(),
                  static_cast<long long>(one.count), median, late, one.longest);
      report[name] = {
          {"calls", one.count}, {"p50_ms", median}, {"p99_ms", late}, {"longest_ms", one.longest}};
    }
    return report;
  }

 private:
  struct Calls {
    int64_t count = 0;
    double longest = 0;
    std::vector<double> sample;
  };
  static constexpr size_t kSample = 100000;

  void Add(const char* name, double milliseconds) {
    absl::MutexLock lock(&mutex_);
    Calls& calls = calls_[name];
    ++calls.count;
    calls.longest = std::max(calls.longest, milliseconds);
    if (calls.sample.size() < kSample) {
      calls.sample.push_back(milliseconds);
      return;
    }
    // Reservoir sampling: each call is as likely to be kept as any other.
    const size_t place = std::uniform_int_distribution<size_t>(0, calls.count - 1)(random_);
    if (place < kSample) calls.sample[place] = milliseconds;
  }

  std::atomic<int> in_flight_ = 0;
  mutable absl::Mutex mutex_;
  std::map<std::string, Calls> calls_ ABSL_GUARDED_BY(mutex_);
  std::mt19937_64 random_ ABSL_GUARDED_BY(mutex_){1};
};

class TimedStore final : public Store {
 public:
  TimedStore(std::unique_ptr<Store> store, Latencies& latencies)
      : store_(std::move(store)), latencies_(latencies) {}

  Status Commit(const WriteBatch& batch) override {
    return latencies_.Measure("Commit", [&] { return store_->Commit(batch); });
  }
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return latencies_.Measure("ListExperiments", [&] { return store_->ListExperiments(query); });
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return store_->CountExperiments(query);
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    return latencies_.Measure("ListTrials", [&] { return store_->ListTrials(query); });
  }
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
    return latencies_.Measure("CountTrials", [&] { return store_->CountTrials(experiment_uid); });
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override {
    return latencies_.Measure("BestTrial", [&] { return store_->BestTrial(experiment_uid, type); });
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override {
    return store_->ListIncumbents(experiment_uid, type);
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return latencies_.Measure("ReadMetrics", [&] { return store_->ReadMetrics(query); });
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return latencies_.Measure("ListEvents", [&] { return store_->ListEvents(query); });
  }

 private:
  const std::unique_ptr<Store> store_;
  Latencies& latencies_;
};

class VirtualClock final : public Clock {
 public:
  Time Now() const override {
    return absl::FromUnixSeconds(1'700'000'000) + absl::Seconds(passed_.load());
  }
  void Pass(Duration time) { passed_ += absl::ToInt64Seconds(time); }

 private:
  std::atomic<int64_t> passed_ = 0;
};

// What a job has come to follows from its age, so that only those that are alive take memory.
class AgingEngine final : public TrialOperator {
 public:
  explicit AgingEngine(const Clock& clock) : clock_(clock) {}

  StatusOr<std::string> Submit(const TrialJob& job) override {
    absl::MutexLock lock(&mutex_);
    begun_.emplace(job.directory, clock_.Now());
    most_alive_ = std::max(most_alive_, begun_.size());
    return job.directory;
  }
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override {
    absl::MutexLock lock(&mutex_);
    std::vector<JobStatus> states;
    for (const auto& handle : handles) {
      const auto entry = begun_.find(handle);
      if (entry == begun_.end()) {
        states.push_back({JobState::kMissing, "", ""});
      } else if (PointsOf(entry->second) < kPointsPerTrial) {
        states.push_back({JobState::kRunning, "", ""});
      } else {
        states.push_back({JobState::kSucceeded, "ExitCode", "the command exited with status 0"});
      }
    }
    return states;
  }
  Status Cancel(const std::string&) override { return absl::OkStatus(); }
  StatusOr<LogChunk> ReadLog(const std::string&, uint64_t offset) override {
    return LogChunk{offset, ""};
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    absl::MutexLock lock(&mutex_);
    ObservationChunk chunk{.next_offset = offset};
    const auto entry = begun_.find(handle);
    if (entry == begun_.end()) return chunk;
    const auto end = static_cast<uint64_t>(PointsOf(entry->second));
    for (; chunk.next_offset < end; ++chunk.next_offset) {
      const auto step = static_cast<int64_t>(chunk.next_offset);
      chunk.points.push_back({.metric = "loss",
                              .time = entry->second + absl::Seconds(step + 1),
                              .value = 1.0 / static_cast<double>(step + 1),
                              .step = step});
    }
    return chunk;
  }
  void Watch(std::function<void(const std::string&)> changed) override {
    absl::MutexLock lock(&watch_mutex_);
    changed_ = std::move(changed);
  }

  // Time has passed: all that live have reported. Those that ended before are forgotten.
  void Tick() {
    std::vector<std::string> alive;
    {
      absl::MutexLock lock(&mutex_);
      for (auto entry = begun_.begin(); entry != begun_.end();) {
        const bool is_over = clock_.Now() - entry->second > absl::Seconds(kPointsPerTrial) + kTick;
        if (!is_over) alive.push_back(entry->first);
        entry = is_over ? begun_.erase(entry) : std::next(entry);
      }
    }
    absl::MutexLock lock(&watch_mutex_);
    for (const auto& handle : alive) {
      if (changed_) changed_(handle);
    }
  }
  size_t most_alive() const {
    absl::MutexLock lock(&mutex_);
    return most_alive_;
  }

 private:
  int PointsOf(Time begun) const {
    return static_cast<int>(
        std::min<int64_t>(kPointsPerTrial, absl::ToInt64Seconds(clock_.Now() - begun)));
  }

  const Clock& clock_;
  mutable absl::Mutex mutex_;
  std::unordered_map<std::string, Time> begun_ ABSL_GUARDED_BY(mutex_);  // by handle
  size_t most_alive_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Mutex watch_mutex_;
  std::function<void(const std::string&)> changed_ ABSL_GUARDED_BY(watch_mutex_);
};

// Of all threads of this process: on a busy machine it tells more of the work than the time does.
double CpuMilliseconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto of = [](const timeval& time) {
    return 1e3 * static_cast<double>(time.tv_sec) + 1e-3 * static_cast<double>(time.tv_usec);
  };
  return of(used.ru_utime) + of(used.ru_stime);
}

// Of this process, from /proc/self/status, in MiB.
double MostMemory() {
  const std::string status = ReadFile("/proc/self/status").value_or("");
  const size_t at = status.find("VmHWM:");
  return at == std::string::npos ? 0 : std::strtod(status.c_str() + at + 6, nullptr) / 1024;
}

std::string ExperimentDocumentText() {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: load}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: {}
  parameters:
    - {{name: lr, parameterType: double, feasibleSpace: {{min: "0.0001", max: "1", distribution: logUniform}}}}
    - {{name: units, parameterType: int, feasibleSpace: {{min: "8", max: "512"}}}}
  trialTemplate:
    trialParameters: [{{name: lr, reference: lr}}, {{name: units, reference: units}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [train, "${{trialParameters.lr}}", "${{trialParameters.units}}"]}}]}}}}}}
)",
                     kTrialsPerExperiment, kParallel);
}

class LoadRun {
 public:
  explicit LoadRun(int experiments) : experiments_(experiments) {
    const auto parsed = ParseDocuments(ExperimentDocumentText(), "load", RegisteredAlgorithms());
    if (!parsed.faults.empty()) Fail(InvalidArgument("{}", parsed.faults[0].ToString()));
    const std::string document = ToJson(parsed.documents[0]).dump();
    for (int i = 0; i < experiments_; ++i) {
      ExperimentRecord record;
      record.uid = fmt::format("uid-{}", i);
      record.name_space = "default";
      record.name = fmt::format("load-{}", i);
      record.document_json = document;
      record.seed = i;
      record.work_dir = "/simulated/" + record.uid;
      record.created = clock_.Now();
      const Status status = store_->Commit({.create_experiments = {record}});
      if (!status.ok()) Fail(status);
    }
  }

  nlohmann::json Run() {
    SuggestionClient suggestions(*store_);
    Controller controller(*store_, engine_, suggestions, clock_,
                          {.resync_interval = absl::InfiniteDuration()});
    controller.OnChange([this](const std::string&) { ++changes_; });
    const Time start = absl::Now();
    if (const Status status = controller.Start(); !status.ok()) Fail(status);
    const int64_t all = int64_t{experiments_} * kTrialsPerExperiment;
    std::printf("%-14s %10s %10s %10s %12s %12s %14s\n", "so far", "trials", "trials/s", "points/s",
                "CPU ms/trial", "memory, MiB", "database, MiB");
    nlohmann::json parts;
    int64_t before = 0;
    Time part_start = start;
    double part_cpu = CpuMilliseconds();
    for (int part = 1; part <= kParts; ++part) {
      // Trials of all experiments end together, as they began together.
      while (Ended() < all * part / kParts) {
        AwaitQuiet(controller);
        clock_.Pass(kTick);
        engine_.Tick();
      }
      const int64_t ended = Ended();
      const double seconds = absl::ToDoubleSeconds(absl::Now() - part_start);
      const double rate = static_cast<double>(ended - before) / seconds;
      const double cpu = (CpuMilliseconds() - part_cpu) / static_cast<double>(ended - before);
      std::printf("%-14s %10lld %10.0f %10.0f %12.3f %12.0f %14.0f\n",
                  fmt::format("part {} of {}", part, kParts).c_str(), static_cast<long long>(ended),
                  rate, rate * kPointsPerTrial, cpu, MostMemory(), DatabaseSize());
      std::fflush(stdout);
      parts.push_back({{"trials", ended},
                       {"trials_per_second", rate},
                       {"points_per_second", rate * kPointsPerTrial},
                       {"cpu_ms_per_trial", cpu},
                       {"memory_mib", MostMemory()},
                       {"database_mib", DatabaseSize()}});
      before = ended;
      part_start = absl::Now();
      part_cpu = CpuMilliseconds();
    }
    AwaitQuiet(controller);
    controller.Stop();
    std::printf("most at once: %zu trials\n", engine_.most_alive());
    return {
        {"experiments", experiments_},        {"trials", all},  {"points", all * kPointsPerTrial},
        {"most_alive", engine_.most_alive()}, {"parts", parts}, {"calls", latencies_.Report()}};
  }

 private:
  int64_t Ended() {
    int64_t ended = 0;
    for (int i = 0; i < experiments_; ++i) {
      for (const auto& [state, count] : Value(store_->CountTrials(fmt::format("uid-{}", i)))) {
        if (!IsTerminal(state)) continue;
        ended += count;
        if (state != TrialState::kSucceeded) Fail(Internal("a trial was lost on its way"));
      }
    }
    return ended;
  }
  // The controller has nothing more to do at this time: it says so, and has changed nothing for a
  // while.
  void AwaitQuiet(const Controller& controller) {
    int64_t seen = -1;
    bool is_at_work = true;
    while (is_at_work || changes_ != seen) {
      seen = changes_;
      absl::SleepFor(absl::Milliseconds(10));
      is_at_work = latencies_.in_flight() > 0 || controller.Load().is_at_work();
    }
  }
  double DatabaseSize() const {
    double bytes = 0;
    for (const char* suffix : {"", "-wal"}) {
      std::error_code error;
      const auto size = std::filesystem::file_size(folder_.File("qalam.db") + suffix, error);
      if (!error) bytes += static_cast<double>(size);
    }
    return bytes / (1 << 20);
  }

  const int experiments_;
  const Folder folder_;
  VirtualClock clock_;
  Latencies latencies_;
  const std::unique_ptr<Store> store_ =
      std::make_unique<TimedStore>(Value(OpenSqliteStore(folder_.File("qalam.db"))), latencies_);
  AgingEngine engine_{clock_};
  std::atomic<int64_t> changes_ = 0;
};

}  // namespace
}  // namespace qalam::bench

int main(int argc, char** argv) {
  const double scale = argc == 3 ? std::atof(argv[2]) : 1;
  if (argc < 2 || argc > 3 || scale <= 0) {
    std::fprintf(stderr, "usage: bench_load RESULTS [SCALE]\n");
    return 2;
  }
  auto results = qalam::bench::ReadResults(argv[1]);
  results["scale"] = qalam::bench::LoadRun(std::max(1, static_cast<int>(1000 * scale))).Run();
  qalam::bench::WriteResults(argv[1], results);
  return 0;
}
