// Constraints, points to try and further objectives in documents.

#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "suggestion/registry.h"
#include "tests/support/all_faults.h"

namespace qalam {
namespace {

// `extra` lines go into the spec, from line 3.
std::string ConstrainedDocument(const std::string& algorithm, const std::string& extra) {
  return fmt::format(R"(metadata: {{name: good}}
spec:
{}  objective: {{type: maximize, objectiveMetricName: accuracy, additionalMetricNames: [latency]}}
  algorithm: {{algorithmName: {}}}
  maxTrialCount: 12
  parameters:
    - {{name: batch-size, parameterType: int, feasibleSpace: {{min: "1", max: "64"}}}}
    - {{name: layer.width, parameterType: discrete, feasibleSpace: {{list: ["16", "64"]}}}}
    - {{name: activation, parameterType: categorical, feasibleSpace: {{list: [relu, tanh]}}}}
  trialTemplate:
    trialParameters: [{{name: b, reference: batch-size}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: ["true", "${{trialParameters.b}}"]}}]}}}}}}
apiVersion: kubeflow.org/v1beta1
kind: Experiment
)",
                     extra, algorithm);
}

void CheckSurvives(const std::string& text) {
  INFO(AllFaults(text));
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  CHECK(CheckExecutable(parsed.documents[0], RegisteredAlgorithms()).empty());
  const Json json = ToJson(parsed.documents[0]);
  const auto again = ParseDocuments(ToYaml(parsed.documents[0]), "again", RegisteredAlgorithms());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]) == json);
}

}  // namespace

TEST_CASE("Constraints are read, can be run and survive printing", "[document]") {
  CheckSurvives(ConstrainedDocument("random", R"(  constraints:
    - batch-size * layer.width <= 1024
    - "min(batch-size, 8) > 2"
)"));
}

TEST_CASE("A faulty constraint is named with its place", "[document]") {
  struct Case {
    const char* constraint;
    const char* fault;
  };
  const auto one = GENERATE(values<Case>({
      {"batch-sise <= 3",
       "f.yaml:3:17: spec.constraints[0]: at column 1: \"batch-sise\" is no parameter, metric or "
       "function (did you mean \"batch-size\"?)"},
      {"layer.width <= layer.widht",
       "f.yaml:3:17: spec.constraints[0]: at column 16: \"layer.widht\" is no parameter, metric or "
       "function (did you mean \"layer.width\"?)"},
      {"activation <= 3", "spec.constraints[0]: at column 1: activation is categorical"},
      {"batch-size <= (3", "spec.constraints[0]: at column 17: a closing parenthesis is missing"},
      {"batch-size + 1", "spec.constraints[0]: is not a comparison"},
      {"batch-size <= latency", "are a parameter and a metric"},
      {"layer.width < 16", "spec.constraints[0]: holds nowhere: no point of the search space"},
      {"latency <= 100", "the algorithm pbt does not take constraints over metrics"},
  }));
  CAPTURE(one.constraint);
  const auto faults =
      // One that takes none over metrics.
      AllFaults(
          ConstrainedDocument("pbt", fmt::format("  constraints: [\"{}\"]\n", one.constraint)));
  INFO(faults);
  CHECK(faults.find(one.fault) != std::string::npos);
}

TEST_CASE("Given trials are read, can be run and survive printing", "[document]") {
  CheckSurvives(ConstrainedDocument("random", R"(  initialTrials:
    - {batch-size: 8, layer.width: 64, activation: relu}
    - {batch-size: "16", layer.width: 16.0, activation: tanh}
  warmStart:
    experiments: [earlier]
    trials:
      - parameters: {batch-size: 9, layer.width: 64, activation: relu}
        metrics: {accuracy: 0.5, latency: -1e-3}
)"));
}

TEST_CASE("A faulty given trial is named with its place", "[document]") {
  struct Case {
    const char* spec;
    const char* fault;
  };
  const auto one = GENERATE(values<Case>({
      {"initialTrials: [{batch-size: 65, layer.width: 64, activation: relu}]",
       "f.yaml:3:19: spec.initialTrials[0]: parameter batch-size: 65 is outside 1 to 64"},
      {"initialTrials: [{batch-size: 5, activation: relu}]",
       "spec.initialTrials[0]: parameter layer.width has no value"},
      {"initialTrials: [{batchsize: 5, layer.width: 64, activation: relu}]",
       "spec.initialTrials[0].batchsize: there is no parameter \"batchsize\" (did you mean "
       "\"batch-size\"?)"},
      {"initialTrials: [{batch-size: 5, layer.width: 64, activation: gelu}]",
       "spec.initialTrials[0]: parameter activation: \"gelu\" is not in its list"},
      {"constraints: [batch-size < 5]\n"
       "  initialTrials: [{batch-size: 5, layer.width: 64, activation: relu}]",
       "f.yaml:4:19: spec.initialTrials[0]: breaks the constraint \"batch-size < 5\""},
      {"initialTrials: [{batch-size: 5, layer.width: 64, activation: relu},"
       " {batch-size: 5.0, layer.width: 64, activation: relu}]",
       "spec.initialTrials[1]: is a point that stands in the list already"},
      {"initialTrials: {batch-size: 5}", "spec.initialTrials: should be a list"},
      {"warmStart: {trials: [{parameters: {batch-size: 5, layer.width: 64, activation: relu}}]}",
       "spec.warmStart.trials[0].metrics: missing"},
      {"warmStart: {trials: [{parameters: {batch-size: 5, layer.width: 64, activation: relu},"
       " metrics: {latency: 3}}]}",
       "f.yaml:3:24: spec.warmStart.trials[0]: the metric accuracy is missing"},
      {"warmStart: {trials: [{parameters: {batch-size: 5, layer.width: 64, activation: relu},"
       " metrics: {accuracy: .nan}}]}",
       "spec.warmStart.trials[0].metrics.accuracy: \".nan\" should be a finite number"},
      {"warmStart: {trial: []}", "spec.warmStart.trial: unknown field (did you mean \"trials\"?)"},
  }));
  CAPTURE(one.spec);
  const auto faults = AllFaults(ConstrainedDocument("random", fmt::format("  {}\n", one.spec)));
  INFO(faults);
  CHECK(faults.find(one.fault) != std::string::npos);
}

TEST_CASE("Constraints that exclude each other are a fault of the list", "[document]") {
  const auto faults = AllFaults(
      ConstrainedDocument("random", "  constraints: [batch-size <= 8, batch-size * 2 > 16]\n"));
  CHECK(faults ==
        "f.yaml:3:16: spec.constraints: exclude each other: no point of the search space keeps the "
        "constraints\n");
}

}  // namespace qalam
