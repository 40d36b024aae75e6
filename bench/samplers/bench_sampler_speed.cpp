// Processor time of our samplers. Reads job lines
//   {"algorithm": "tpe", "parameters": 10, "objectives": 1, "history": 1000, "trials": 200,
//    "windows": [[900, 1100], ...]}
// and answers each with {"seconds": S, "windows": [S, ...]}: the time of making the sampler and of
// asking for and telling `trials` trials one after the other, and of those of them that lie in each
// window [from, to). `history` random trials are told beforehand, which is not timed. With "layers"
// in place of "parameters" the space is that of networks of so many layers. {"error": TEXT} when
// the algorithm refuses.

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "base/random.h"
#include "bench/samplers/cpu_clock.h"
#include "suggestion/registry.h"

namespace qalam::bench {
namespace {

using Json = nlohmann::json;

struct SpeedJob {
  std::string algorithm;
  int parameters = 10;
  int layers = 0;
  int objectives = 1;
  int history = 0;
  int trials = 100;
  std::vector<std::pair<int, int>> windows;
};

ExperimentSpec MakeSpec(const SpeedJob& job) {
  ExperimentSpec spec;
  spec.algorithm.name = job.algorithm;
  spec.objective.type = ObjectiveType::kMinimize;
  spec.objective.metric_name = "f0";
  for (int i = 1; i < job.objectives; ++i) {
    spec.objective.additional_objectives.push_back(
        {.metric_name = fmt::format("f{}", i), .type = ObjectiveType::kMinimize});
  }
  if (job.layers > 0) {
    Parameter size{.name = "filter_size", .type = ParameterType::kCategorical};
    size.feasible_space.list = {"3", "5"};
    spec.nas_config =
        NasConfig{.num_layers = job.layers,
                  .input_sizes = {32, 32, 3},
                  .output_sizes = {10},
                  .operations = {{"convolution", {size}}, {"separable_convolution", {size}}}};
  }
  for (int i = 0; job.layers == 0 && i < job.parameters; ++i) {
    Parameter parameter{.name = fmt::format("x{}", i)};
    parameter.feasible_space = {.min = "0", .max = "1"};
    spec.parameters.push_back(parameter);
  }
  spec.max_trial_count = job.history + job.trials;
  spec.parallel_trial_count = 1;
  return spec;
}

// A sphere, and one more about another centre for each further objective.
std::vector<double> Objectives(const Point& point, int count) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) {
    double total = 0;
    for (const double x : point.values) total += (x - 0.3 - 0.4 * i) * (x - 0.3 - 0.4 * i);
    values.push_back(total);
  }
  return values;
}

std::vector<TrialResult> RandomHistory(const SpeedJob& job) {
  RandomStream stream(1, 0, "bench.history");
  std::vector<TrialResult> results;
  for (int i = 0; i < job.history; ++i) {
    TrialResult result{.number = i};
    for (int d = 0; d < job.parameters; ++d) result.point.values.push_back(stream.Uniform());
    result.objectives = Objectives(result.point, job.objectives);
    results.push_back(std::move(result));
  }
  return results;
}

StatusOr<Json> Measure(const SpeedJob& job) {
  const ExperimentSpec spec = MakeSpec(job);
  ASSIGN_OR_RETURN(const SearchSpace space, SearchSpace::ForExperiment(spec));
  const double begin = ThreadSeconds();
  ASSIGN_OR_RETURN(const auto sampler, CreateSampler(spec, space, 1));
  double seconds = ThreadSeconds() - begin;
  sampler->Tell(RandomHistory(job));
  std::vector<double> windows(job.windows.size(), 0);
  for (int i = 0; i < job.trials; ++i) {
    const double start = ThreadSeconds();
    ASSIGN_OR_RETURN(auto proposals,
                     sampler->Suggest({.count = 1, .first_trial_number = job.history + i}));
    const double asked = ThreadSeconds() - start;
    if (proposals.empty()) return Internal("{} proposed nothing", job.algorithm);
    Proposal& proposal = proposals.front();
    TrialResult result{.number = proposal.trial_number,
                       .point = std::move(proposal.point),
                       .labels = std::move(proposal.labels)};
    result.objectives = Objectives(result.point, job.objectives);
    const double told_at = ThreadSeconds();
    sampler->Tell({&result, 1});
    const double elapsed = asked + ThreadSeconds() - told_at;
    seconds += elapsed;
    for (size_t w = 0; w < windows.size(); ++w) {
      if (i >= job.windows[w].first && i < job.windows[w].second) windows[w] += elapsed;
    }
  }
  return Json{{"seconds", seconds}, {"windows", windows}};
}

Json RunLine(const std::string& line) {
  try {
    const Json fields = Json::parse(line);
    const auto result =
        Measure({.algorithm = fields.at("algorithm"),
                 .parameters = fields.value("parameters", 10),
                 .layers = fields.value("layers", 0),
                 .objectives = fields.value("objectives", 1),
                 .history = fields.value("history", 0),
                 .trials = fields.value("trials", 100),
                 .windows = fields.value("windows", std::vector<std::pair<int, int>>())});
    return result.ok() ? *result : Json{{"error", Message(result.status())}};
  } catch (const Json::exception& exception) {
    return {{"error", exception.what()}};
  }
}

}  // namespace
}  // namespace qalam::bench

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << qalam::bench::RunLine(line).dump() << "\n" << std::flush;
  }
  return 0;
}
