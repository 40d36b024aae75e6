// Milliseconds a suggestion of TPE after a history, 10 parameters. Prints one JSON object a line:
// {"algorithm", "history", "milliseconds"}. Each suggestion is told before the next, as in a run.

#include <chrono>
#include <cstdio>
#include <string>

#include "base/random.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

constexpr int kParameters = 10;
constexpr int kRepeats = 200;

double Sphere(const Point& point) {
  double total = 0;
  for (const double x : point.values) total += (x - 0.3) * (x - 0.3);
  return total;
}

ExperimentSpec Spec(const std::string& algorithm) {
  ExperimentSpec spec;
  spec.algorithm.name = algorithm;
  for (int i = 0; i < kParameters; ++i) {
    Parameter parameter;
    parameter.name = "x" + std::to_string(i);
    parameter.feasible_space.min = "0";
    parameter.feasible_space.max = "1";
    spec.parameters.push_back(parameter);
  }
  return spec;
}

Status Measure(const std::string& algorithm, int history) {
  const ExperimentSpec spec = Spec(algorithm);
  ASSIGN_OR_RETURN(const SearchSpace space, SearchSpace::Create(spec.parameters));
  ASSIGN_OR_RETURN(const auto sampler, CreateSampler(spec, space, 1));
  RandomStream stream(1, 0, "bench.history");
  std::vector<TrialResult> results;
  for (int i = 0; i < history; ++i) {
    TrialResult result;
    result.number = i;
    for (int d = 0; d < kParameters; ++d) result.point.values.push_back(stream.Uniform());
    result.objectives = {Sphere(result.point)};
    results.push_back(result);
  }
  sampler->Tell(results);
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < kRepeats; ++i) {
    ASSIGN_OR_RETURN(const auto proposals,
                     sampler->Suggest({.count = 1, .first_trial_number = history + i}));
    TrialResult result;
    result.number = history + i;
    result.point = proposals.at(0).point;
    result.objectives = {Sphere(result.point)};
    sampler->Tell({&result, 1});
  }
  const std::chrono::duration<double, std::milli> elapsed =
      std::chrono::steady_clock::now() - start;
  std::printf("{\"algorithm\": \"%s\", \"history\": %d, \"milliseconds\": %.6f}\n",
              algorithm.c_str(), history, elapsed.count() / kRepeats);
  return absl::OkStatus();
}

}  // namespace
}  // namespace qalam

int main() {
  for (const char* algorithm : {"tpe", "multivariate-tpe"}) {
    for (const int history : {100, 1000, 5000}) {
      if (const auto status = qalam::Measure(algorithm, history); !status.ok()) {
        std::fprintf(stderr, "bench_tpe: %s\n", qalam::Message(status).c_str());
        return 1;
      }
    }
  }
  return 0;
}
