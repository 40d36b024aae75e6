#include <catch2/catch.hpp>

#include "suggestion/registry.h"
#include "suggestion/service/sampler_session.h"
#include "tests/support/resource.h"

namespace qalam {

namespace {

ExperimentSpec MirrorSpec(const std::string& algorithm, ObjectiveType type) {
  ExperimentSpec spec;
  spec.objective.type = type;
  spec.algorithm.name = algorithm;
  for (const char* name : {"a", "b", "c"}) {
    Parameter parameter{.name = name, .type = ParameterType::kInt};
    parameter.feasible_space = {.min = "0", .max = "99"};
    spec.parameters.push_back(parameter);
  }
  AddResource(spec, "1", "27");
  return spec;
}

// The parameters of every trial of a run that is scored by `sign` times their sum.
std::vector<std::vector<Assignment>> Run(const std::string& algorithm, ObjectiveType type,
                                         double sign) {
  auto session = SamplerSession::Create(MirrorSpec(algorithm, type), 3);
  INFO(Message(session.status()));
  REQUIRE(session.ok());
  std::vector<std::vector<Assignment>> run;
  for (int i = 0; i < 30; ++i) {
    const auto suggestions = (*session)->Suggest(1, i, {});
    REQUIRE(suggestions.ok());
    REQUIRE(suggestions->size() == 1);
    run.push_back(suggestions->front().parameters);
    double sum = 0;
    for (const auto& assignment : run.back()) sum += std::stod(assignment.value);
    SamplerSession::Result result{.number = i, .parameters = run.back()};
    result.labels = suggestions->front().labels;
    result.objective = sign * sum;
    REQUIRE((*session)->Tell({result}).ok());
  }
  return run;
}

}  // namespace

TEST_CASE("Maximising and minimising are mirror images", "[session]") {
  const std::string algorithm = GENERATE(from_range(ChoosingAlgorithms()));
  CAPTURE(algorithm);
  CHECK(Run(algorithm, ObjectiveType::kMaximize, 1) ==
        Run(algorithm, ObjectiveType::kMinimize, -1));
}

}  // namespace qalam
