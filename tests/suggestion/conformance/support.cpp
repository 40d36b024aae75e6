#include "tests/suggestion/conformance/support.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "tests/support/resource.h"

namespace qalam {

Parameter Range(const std::string& name, ParameterType type, const std::string& min,
                const std::string& max, const std::string& step, Distribution distribution) {
  Parameter parameter{.name = name, .type = type};
  parameter.feasible_space = {.min = min, .max = max, .step = step, .distribution = distribution};
  return parameter;
}

Parameter List(const std::string& name, ParameterType type, std::vector<std::string> values) {
  Parameter parameter{.name = name, .type = type};
  parameter.feasible_space.list = std::move(values);
  return parameter;
}

std::vector<Parameter> MixedSpace() {
  return {Range("stepped", ParameterType::kDouble, "0.1", "0.7", "0.2"),
          Range("whole", ParameterType::kInt, "-2", "4"),
          Range("log", ParameterType::kInt, "1", "1000", "", Distribution::kLogUniform),
          List("list", ParameterType::kDiscrete, {"128", "16", "1e-1"}),
          List("word", ParameterType::kCategorical, {"relu", "tanh"})};
}

std::vector<Parameter> WidestSpace(const AlgorithmEntry& entry) {
  auto parameters = MixedSpace();
  if (entry.capabilities.needs_finite) return parameters;
  const ParameterType type = ParameterType::kDouble;
  parameters.push_back(Range("uniform", type, "-1.5", "2.5"));
  parameters.push_back(Range("log-uniform", type, "1e-6", "1e2", "", Distribution::kLogUniform));
  parameters.push_back(Range("normal", type, "-3", "5", "", Distribution::kNormal));
  parameters.push_back(Range("log-normal", type, "1e-3", "10", "", Distribution::kLogNormal));
  return parameters;
}

std::unique_ptr<Sampler> Bench::Make(uint64_t seed) const {
  auto sampler = CreateSampler(spec, *space, seed);
  INFO(Message(sampler.status()));
  REQUIRE(sampler.ok());
  return *std::move(sampler);
}

Bench MakeBench(const std::string& algorithm, const std::vector<Parameter>& parameters) {
  Bench bench;
  bench.spec.algorithm.name = algorithm;
  bench.spec.parameters = parameters;
  AddResource(bench.spec, "1", "27");
  // No part of the contract hangs on how long a controller trains, which would be most of the
  // suite's time.
  if (algorithm == "enas") bench.spec.algorithm.settings.push_back({"controller_train_steps", "5"});
  auto space = SearchSpace::Create(bench.spec.parameters);
  INFO(Message(space.status()));
  REQUIRE(space.ok());
  bench.space = std::make_unique<SearchSpace>(*std::move(space));
  return bench;
}

void Demand(ExperimentSpec& spec, int objective_count, int constraint_count) {
  spec.objective = {.type = ObjectiveType::kMinimize, .metric_name = "objective-0"};
  for (int i = 1; i < objective_count; ++i) {
    spec.objective.additional_objectives.push_back(
        {fmt::format("objective-{}", i), ObjectiveType::kMinimize, std::nullopt});
  }
  spec.constraints.clear();
  for (int i = 0; i < constraint_count; ++i) {
    spec.objective.additional_metric_names.push_back(fmt::format("metric-{}", i));
    spec.constraints.push_back(fmt::format("metric-{} <= 1", i));
  }
}

const AlgorithmEntry& AnyAlgorithm() {
  const std::string name = GENERATE(from_range(ChoosingAlgorithms()));
  return *FindAlgorithm(name);
}

const AlgorithmEntry& AnyAlgorithmThat(bool Capabilities::*can) {
  std::vector<const AlgorithmEntry*> able;
  for (const auto& entry : AlgorithmRegistry()) {
    if (entry.capabilities.*can) able.push_back(&entry);
  }
  REQUIRE(!able.empty());
  return *able[GENERATE_COPY(range(size_t{0}, able.size()))];
}

double Sphere(const SearchSpace& space, const Point& point) {
  return (space.ToUnit(point).array() - 0.3).square().sum();
}

Point RandomPoint(const SearchSpace& space, RandomStream& stream) {
  Eigen::VectorXd unit(static_cast<Eigen::Index>(space.size()));
  for (auto& x : unit) x = stream.Uniform();
  return space.FromUnit(unit);
}

std::vector<TrialResult> History(const SearchSpace& space, int count, int64_t first_number) {
  std::vector<TrialResult> results;
  RandomStream stream(3, first_number, "test.history");
  const TrialState states[] = {TrialState::kSucceeded, TrialState::kFailed, TrialState::kKilled,
                               TrialState::kEarlyStopped, TrialState::kMetricsUnavailable};
  for (int i = 0; i < count; ++i) {
    TrialResult result{
        .number = first_number + i, .point = RandomPoint(space, stream), .state = states[i % 5]};
    if (i % 5 == 0 || i % 5 == 3) {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      result.objectives = {i % 15 == 0 ? nan : Sphere(space, result.point)};
    }
    results.push_back(result);
  }
  return results;
}

TrialResult Ended(const Proposal& proposal, std::vector<double> objectives) {
  return {.number = proposal.trial_number,
          .point = proposal.point,
          .objectives = std::move(objectives),
          .labels = proposal.labels};
}

void Shuffle(std::vector<TrialResult>& results, RandomStream& stream) {
  for (size_t i = results.size(); i > 1; --i) {
    std::swap(results[i - 1], results[stream.UniformInt(i)]);
  }
}

bool Same(const std::vector<Proposal>& a, const std::vector<Proposal>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.trial_number == y.trial_number && x.point == y.point && x.labels == y.labels;
  });
}

std::vector<Proposal> Propose(const Sampler& sampler, const SampleRequest& request) {
  auto proposals = sampler.Suggest(request);
  INFO(Message(proposals.status()));
  REQUIRE(proposals.ok());
  return *std::move(proposals);
}

std::vector<Proposal> ProposalsAfter(const Bench& bench, const std::vector<TrialResult>& history,
                                     const SampleRequest& request, uint64_t seed) {
  const auto sampler = bench.Make(seed);
  sampler->Tell(history);
  return Propose(*sampler, request);
}

void RequireSound(const SearchSpace& space, const std::vector<Proposal>& proposals, size_t count,
                  int64_t first_number) {
  REQUIRE(proposals.size() == count);
  for (size_t i = 0; i < count; ++i) {
    CHECK(proposals[i].trial_number == first_number + static_cast<int64_t>(i));
    const auto read = space.Parse(space.Format(proposals[i].point));
    INFO(Message(read.status()));
    REQUIRE(read.ok());
    CHECK(*read == proposals[i].point);
  }
}

}  // namespace qalam
