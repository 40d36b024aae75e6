// metricsCollectorSpec: its defaults, its faults, and what this version cannot run.

#include <catch2/catch.hpp>

#include "api/experiment.h"
#include "suggestion/registry.h"
#include "tests/support/all_faults.h"

namespace qalam {
namespace {

std::string WithCollector(const std::string& spec, const std::string& more = "") {
  return R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: collected}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: 3
  metricsCollectorSpec: )" +
         spec + "\n" + more + R"(
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {template: {spec: {containers: [{name: main, command: [a, "${trialParameters.x}"]}]}}}
)";
}

std::vector<std::string> Refused(const std::string& text) {
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(parsed.documents.size() == 1);
  std::vector<std::string> refused;
  for (const auto& fault : CheckExecutable(parsed.documents[0], RegisteredAlgorithms())) {
    refused.push_back(fault.field + ": " + fault.message);
  }
  return refused;
}

MetricsCollector CollectorOf(const std::string& text) {
  const auto parsed = ParseDocuments(text, "f.yaml", RegisteredAlgorithms());
  for (const auto& fault : parsed.faults) UNSCOPED_INFO(fault.ToString());
  REQUIRE(parsed.documents.size() == 1);
  return parsed.documents[0].spec.metrics_collector;
}

using Refusals = std::vector<std::string>;

}  // namespace

TEST_CASE("An endpoint has Katib's defaults", "[collector]") {
  const std::string bare = GENERATE("{collector: {kind: PrometheusMetric}}",
                                    "{collector: {kind: PrometheusMetric}, source: {httpGet: {}}}");
  CHECK(CollectorOf(WithCollector(bare)).http_get == Json{{"path", "/metrics"}, {"port", 8080}});
  const Json given =
      CollectorOf(WithCollector("{collector: {kind: PrometheusMetric}, source: {httpGet: "
                                "{port: '9', path: /m, host: localhost, scheme: HTTP, "
                                "httpHeaders: [{name: A, value: b c}]}}}"))
          .http_get;
  CHECK(given["port"] == 9);
  CHECK(given["path"] == "/m");
  CHECK(given["httpHeaders"][0]["value"] == "b c");
}

TEST_CASE("All faults of an endpoint are told at once", "[collector]") {
  const std::string faults = AllFaults(WithCollector(R"(
    collector: {kind: PrometheusMetric}
    source:
      httpGet:
        path: metrics
        port: metrics
        host: example.org
        scheme: HTTPS
        periodSeconds: 1
        httpHeaders: [{name: "a:b", value: "c\nd"}, {value: e}])"));
  CAPTURE(faults);
  const std::string at = "spec.metricsCollectorSpec.source.httpGet.";
  for (const char* fault :
       {"12:15: @path: should begin with / and hold no blank", "13:15: @port: ",
        "14:15: @host: should be this machine", "15:17: @scheme: \"HTTPS\" is not allowed",
        "16:9: @periodSeconds: unknown field", "@httpHeaders[0].name: should hold no blank",
        "@httpHeaders[0].value: should be one line", "@httpHeaders[1].name: "}) {
    std::string text = fault;
    text.replace(text.find('@'), 1, at);
    CHECK_THAT(faults, Catch::Contains(text));
  }
}

TEST_CASE("All faults of a custom collector are told at once", "[collector]") {
  const std::string faults = AllFaults(WithCollector(R"(
    collector:
      kind: Custom
      customCollector:
        command: collect
        args: [[a]]
        env: [x, {value: y}, {name: "a=b", value: [z]}])"));
  CAPTURE(faults);
  const std::string at = "spec.metricsCollectorSpec.collector.customCollector.";
  for (const char* fault : {"command: ", "args[0]: ", "env[0]: should have a name and a value",
                            "env[1].name: ", "env[2].name: should hold no =", "env[2].value: "}) {
    CHECK_THAT(faults, Catch::Contains(at + fault));
  }
  CHECK_THAT(AllFaults(WithCollector("{collector: {kind: Custom}}")),
             Catch::Contains("customCollector"));
  CHECK_THAT(AllFaults(WithCollector("{collector: {kind: Custom, customCollector: [a]}}")),
             Catch::Contains("should be a container"));
}

TEST_CASE("Of collectors that are not for processes is told why", "[collector]") {
  CHECK(
      Refused(WithCollector(
          "{collector: {kind: Custom, customCollector: {image: a, env: [{name: A, value: b}, "
          "{name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]}}}")) ==
      Refusals{"spec.metricsCollectorSpec.collector.customCollector.command: missing; a local "
               "process has no image to take it from",
               "spec.metricsCollectorSpec.collector.customCollector.env[1].valueFrom: a value from "
               "elsewhere is not available in this version; give a value; the trial's own are in "
               "QALAM_TRIAL_NAME and its kin"});
  CHECK(Refused(WithCollector("{collector: {kind: Custom, customCollector: {command: [a]}}}"))
            .empty());
  const std::string fixed = "{collector: {kind: PrometheusMetric}}";
  const auto refused = Refused(WithCollector(fixed));
  REQUIRE(refused.size() == 1);
  CHECK_THAT(refused[0], Catch::StartsWith("spec.metricsCollectorSpec.source.httpGet.port: "));
  CHECK(Refused(WithCollector(fixed, "  parallelTrialCount: 1")).empty());
  CHECK(
      Refused(WithCollector("{collector: {kind: PrometheusMetric}, source: {httpGet: {port: 0}}}"))
          .empty());
}

}  // namespace qalam
