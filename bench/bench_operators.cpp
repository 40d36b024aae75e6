// What the process operator and the controller cost beside what the machine does in any case, and
// what early stopping saves. Usage: bench_operators MEDIAN_STOP_DOCUMENT RESULTS. Prints a table
// and writes JSON. Runs where the example's programs are found: in the repository's root.

#include <absl/time/clock.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/process.h"
#include "bench/operator_load.h"
#include "suggestion/registry.h"

namespace qalam::bench {
namespace {

constexpr int kParallel = 4;

const Load kLoads[] = {{"0 ms", {"true"}, 1000, kParallel, 0},
                       {"100 ms", {"sleep", "0.1"}, 300, kParallel, 0.9}};

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

std::vector<Time> Starts(const std::vector<TrialRecord>& trials) {
  std::vector<Time> starts;
  for (const auto& trial : trials) starts.push_back(trial.started);
  return starts;
}

nlohmann::json MeasureLoad(const Load& load) {
  // Before and after, since the machine's own pace changes.
  const double before = RawRate(load);
  const Finished finished = RunExperiment(LoadDocument(load));
  const double raw = (before + RawRate(load)) / 2;
  const double rate = load.trials / finished.seconds;
  // Both as the store has them.
  const auto gaps = Gaps(Starts(finished.trials), finished.trials, kParallel);
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
}  // namespace qalam::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: bench_operators MEDIAN_STOP_DOCUMENT RESULTS\n");
    return 2;
  }
  // What another engine's benchmark has written there stays.
  auto results = qalam::bench::ReadResults(argv[2]);
  std::printf("%-8s %10s %10s %8s %6s %12s %12s\n", "trials", "a second", "raw", "ratio", "aim",
              "next, ms", "95%, ms");
  for (const auto& load : qalam::bench::kLoads)
    results["load"][load.name] = qalam::bench::MeasureLoad(load);
  std::printf("\n");
  results["early_stopping"] = qalam::bench::MeasureEarlyStopping(argv[1]);
  qalam::bench::WriteResults(argv[2], results);
  return 0;
}
