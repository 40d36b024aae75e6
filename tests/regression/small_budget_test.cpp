// An experiment of one or two trials that said nothing of how many may run at once was created and
// never began: the three that were filled in were more than its budget when it was read again.

#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

ParseResult Parse(const std::string& text) {
  return ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
}

std::string DocumentOf(int trials) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: small}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: ["true", "${{trialParameters.x}}"]}}]}}}}}}
)",
                     trials);
}

}  // namespace

TEST_CASE("What is filled into a small experiment is allowed when it is read again") {
  const int trials = GENERATE(1, 2, 3, 4);
  CAPTURE(trials);
  const auto parsed = Parse(DocumentOf(trials));
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(parsed.documents.size() == 1);
  CHECK(parsed.documents[0].spec.parallel_trial_count == std::min(trials, 3));
  const auto again = Parse(ToJson(parsed.documents[0]).dump());
  for (const auto& fault : again.faults) UNSCOPED_INFO(fault.ToString());
  CHECK(again.documents.size() == 1);
}

}  // namespace qalam
