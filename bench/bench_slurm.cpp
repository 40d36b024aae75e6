// What the Slurm operator and the controller cost beside Slurm itself. Usage: bench_slurm SLOTS
// RESULTS, with SLURM_CONF naming a cluster that runs so many jobs at once. Prints a table and adds
// to the JSON.

#include <absl/time/clock.h>

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/process.h"
#include "base/run_program.h"
#include "bench/operator_load.h"

namespace qalam::bench {
namespace {

// A rate that does not lack jobs wants more of them in the queue than there are slots; the time
// from one's end until the next runs shows only where there are just as many.
std::vector<Load> Loads(int slots) {
  return {{"0 ms", {"true"}, 20 * slots, 2 * slots, 0},
          {"1 s", {"sleep", "1"}, 10 * slots, 2 * slots, 0.9},
          {"1 s, no queue", {"sleep", "1"}, 10 * slots, slots, 0}};
}

std::string Run(std::vector<std::string> arguments) {
  const std::string program = arguments[0];
  const auto outcome = Value(RunProgram({.arguments = std::move(arguments),
                                         .environment = EnvironmentWith({}),
                                         .longest = absl::Seconds(60)}));
  if (outcome.exit_code != 0) Fail(Internal("{}: {}", program, outcome.errors));
  return outcome.output;
}

// Jobs a second: sbatch in a loop, then until the queue is empty.
double RawRate(const Load& load) {
  const Folder folder;
  std::string script = "#!/bin/sh\nexec";
  for (const auto& word : load.command) script += " " + word;
  const Status written = WriteFileAtomically(folder.File("script"), script + "\n", false);
  if (!written.ok()) Fail(written);
  const Time start = absl::Now();
  for (int i = 0; i < load.trials; ++i) {
    Run({"sbatch", "--parsable", "--output=/dev/null", folder.File("script")});
  }
  while (!Run({"squeue", "--noheader", "--format=%A"}).empty()) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  return load.trials / absl::ToDoubleSeconds(absl::Now() - start);
}

nlohmann::json MeasureSlurm(const Load& load, int slots) {
  // Before and after, since the machine's own pace changes.
  const double before = RawRate(load);
  const Finished finished = RunExperiment(LoadDocument(load), {.name = "slurm"});
  const double raw = (before + RawRate(load)) / 2;
  const double rate = load.trials / finished.seconds;
  const auto gaps = Gaps(finished.begun, finished.trials, slots);
  const double median = gaps[gaps.size() / 2], late = gaps[gaps.size() * 95 / 100];
  std::printf("%-14s %10.1f %10.1f %8.2f %6s %12.0f %12.0f\n", load.name, rate, raw, rate / raw,
              load.aim > 0 ? fmt::format("{:g}", load.aim).c_str() : "", median, late);
  std::fflush(stdout);
  return {{"trials_per_second", rate}, {"raw_per_second", raw},     {"ratio", rate / raw},
          {"aim", load.aim},           {"gap_ms_median", median},   {"gap_ms_95", late},
          {"trials", load.trials},     {"parallel", load.parallel}, {"slots", slots}};
}

}  // namespace
}  // namespace qalam::bench

int main(int argc, char** argv) {
  const int slots = argc == 3 ? std::atoi(argv[1]) : 0;
  if (slots <= 0) {
    std::fprintf(stderr, "usage: bench_slurm SLOTS RESULTS\n");
    return 2;
  }
  auto results = qalam::bench::ReadResults(argv[2]);
  std::printf("%-14s %10s %10s %8s %6s %12s %12s\n", "Slurm", "a second", "raw", "ratio", "aim",
              "next, ms", "95%, ms");
  for (const auto& load : qalam::bench::Loads(slots)) {
    results["slurm"][load.name] = qalam::bench::MeasureSlurm(load, slots);
  }
  qalam::bench::WriteResults(argv[2], results);
  return 0;
}
