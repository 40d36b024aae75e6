#include "controller/experiment_run.h"

#include <catch2/catch.hpp>

#include "suggestion/registry.h"

namespace qalam {
namespace {

ExperimentRun Run(const std::string& algorithm) {
  const auto parsed = ParseDocuments(fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: named}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{{}}}
  maxTrialCount: 50
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [train, '${{trialParameters.x}}']}}]}}}}}}
)",
                                                 algorithm),
                                     "test.yaml", RegisteredAlgorithms());
  REQUIRE(parsed.documents.size() == 1);
  ExperimentRun run;
  run.document = parsed.documents.front();
  run.record.uid = "uid";
  run.record.name = "named";
  run.record.work_dir = "/work";
  return run;
}

StatusOr<TrialJob> JobOf(const ExperimentRun& run, int64_t number,
                         std::map<std::string, std::string> labels) {
  return MakeJob(run, MakeTrial(run, {number, {{"x", "0.5"}}, std::move(labels)}, Time()));
}

}  // namespace

TEST_CASE("A trial of a population goes on from its parent's folder", "[experiment-run]") {
  const auto run = Run("algorithmName: pbt");
  const auto parent = JobOf(run, 3, {{"generation", "0"}});
  REQUIRE(parent.ok());
  CHECK(parent->checkpoint_directory == parent->directory + "/checkpoint");
  CHECK(parent->checkpoint_source.empty());
  const auto child = JobOf(run, 43, {{"generation", "1"}, {"parent", "3"}});
  REQUIRE(child.ok());
  CHECK(child->checkpoint_source == parent->checkpoint_directory);
  CHECK(child->checkpoint_directory != parent->checkpoint_directory);
}

TEST_CASE("The folder of checkpoints can be given", "[experiment-run]") {
  const auto run =
      Run("algorithmName: pbt, algorithmSettings: [{name: suggestion_trial_dir, value: "
          "/shared//ckpt/}]");
  const auto parent = JobOf(run, 3, {});
  const auto child = JobOf(run, 43, {{"parent", "3"}});
  REQUIRE(child.ok());
  CHECK(parent->checkpoint_directory == "/shared/ckpt/" + parent->name);
  CHECK(child->checkpoint_directory == "/shared/ckpt/" + child->name);
  CHECK(child->checkpoint_source == parent->checkpoint_directory);
  CHECK(child->checkpoint_mount == "/shared//ckpt/");
}

TEST_CASE("A parent that is no earlier trial is refused", "[experiment-run]") {
  const auto run = Run("algorithmName: pbt");
  const std::string parent = GENERATE("", "43", "44", "-1", "3x", "named-01234567");
  CAPTURE(parent);
  CHECK(JobOf(run, 43, {{"parent", parent}}).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("Trials of other algorithms have no checkpoint", "[experiment-run]") {
  const auto job = JobOf(Run("algorithmName: random"), 4, {{"parent", "3"}});
  REQUIRE(job.ok());
  CHECK(job->checkpoint_directory.empty());
  CHECK(job->checkpoint_source.empty());
}

TEST_CASE("A trial's name tells its experiment and its number", "[experiment-run]") {
  const auto run = Run("algorithmName: random");
  for (const int64_t number : {0, 1, 7, 99999, 2147483647}) {
    const std::string name = TrialName(run.record, number);
    CHECK(NumberOfTrial(run.record, name) == number);
    CHECK(ExperimentOfTrial(name) == "named");
    CHECK(NameOfTrial(run.record, TrialUid(run.record, number)) == name);
  }
  ExperimentRecord other = run.record;
  other.name = "other";
  const std::string name = TrialName(run.record, 3);
  CHECK_FALSE(NumberOfTrial(other, name));
  for (const std::string wrong :
       {"", "named", "named-", "named-0000000g", "-00000000", "00000000"}) {
    CAPTURE(wrong);
    CHECK_FALSE(NumberOfTrial(run.record, wrong));
  }
  CHECK(NameOfTrial(run.record, "elsewhere-3").empty());
  CHECK(NameOfTrial(run.record, "uid-x").empty());
  CHECK(ExperimentOfTrial("short").empty());
}

}  // namespace qalam
