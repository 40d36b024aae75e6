// Documents of experiments whose trials clients run.

#include <algorithm>
#include <catch2/catch.hpp>

#include "api/encoding.h"
#include "api/experiment.h"
#include "suggestion/registry.h"

namespace qalam {
namespace {

std::string DocumentOfRunner(const std::string& more) {
  return R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: asked}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: tpe}
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
)" + more;
}

ParseResult ParseRunner(const std::string& more) {
  return ParseDocuments(DocumentOfRunner(more), "f.yaml", RegisteredAlgorithms());
}

}  // namespace

TEST_CASE("Clients need no template, and as many of them as like may ask", "[trial-runner]") {
  const auto parsed = ParseRunner("  trialRunner: Client\n");
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(parsed.documents.size() == 1);
  const ExperimentSpec& spec = parsed.documents[0].spec;
  CHECK(spec.trial_runner == TrialRunner::kClient);
  CHECK(spec.parallel_trial_count == 0);
  CHECK(spec.metrics_collector.kind == CollectorKind::kPush);
  CHECK(CheckExecutable(parsed.documents[0], RegisteredAlgorithms()).empty());
  const Json json = ToJson(parsed.documents[0]);
  CHECK_FALSE(json["spec"].contains("trialTemplate"));
  CHECK_FALSE(json["spec"].contains("parallelTrialCount"));
  const auto again = ParseDocuments(ToYaml(parsed.documents[0]), "again", RegisteredAlgorithms());
  REQUIRE(again.documents.size() == 1);
  CHECK(ToJson(again.documents[0]) == json);
}

TEST_CASE("A count that is given bounds what clients run at once", "[trial-runner]") {
  const auto parsed = ParseRunner("  trialRunner: Client\n  parallelTrialCount: 5\n");
  REQUIRE(parsed.documents.size() == 1);
  CHECK(parsed.documents[0].spec.parallel_trial_count == 5);
  CHECK(ToJson(parsed.documents[0])["spec"]["parallelTrialCount"] == 5);
}

TEST_CASE("What clients have no use for is a fault", "[trial-runner]") {
  struct Case {
    const char* more;
    const char* fault;
  };
  const auto one = GENERATE(values<Case>({
      {"  trialRunner: Clients\n",
       "f.yaml:8:16: spec.trialRunner: \"Clients\" is not allowed (did you mean \"Client\"?)"},
      {"  trialRunner: Client\n  trialTemplate: {retain: true}\n",
       "f.yaml:9:18: spec.trialTemplate: has no place where trialRunner is Client"},
      {"  trialRunner: Client\n  metricsCollectorSpec: {collector: {kind: StdOut}}\n",
       "f.yaml:9:44: spec.metricsCollectorSpec.collector.kind: should be Push"},
      {"", "spec.trialTemplate: missing; the job that a trial runs; or trialRunner: Client"},
      {"  trialRunner: Operator\n", "spec.trialTemplate: missing"},
  }));
  const auto parsed = ParseRunner(one.more);
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  CHECK(std::any_of(parsed.faults.begin(), parsed.faults.end(), [&](const Fault& fault) {
    return fault.ToString().find(one.fault) != std::string::npos;
  }));
  // Other faults are found as ever.
  const auto both = ParseDocuments(DocumentOfRunner(one.more) + "  maxTrialCount: 0\n", "f.yaml",
                                   RegisteredAlgorithms());
  CHECK(both.faults.size() == parsed.faults.size() + 1);
}

TEST_CASE("Bytes that are no UTF-8 are replaced one by one", "[encoding]") {
  CHECK(ReplaceForeignBytes("a\xc3\xa9\xe2\x82\xac\n") == "a\xc3\xa9\xe2\x82\xac\n");
  CHECK(ReplaceForeignBytes("\xff-\xe2\x82") == "\xef\xbf\xbd-\xef\xbf\xbd\xef\xbf\xbd");
  CHECK(ReplaceForeignBytes("").empty());
  CHECK(ForeignBytesAsCharacters("\xa0\xc3\xa9\xa0\x85\xff") == "\u00a0\u00e9\u00a0\u0085\u00ff");
}

}  // namespace qalam
