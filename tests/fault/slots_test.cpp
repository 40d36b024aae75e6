// Room of the machine, through the whole program: never handed out twice, also past `kill -9`.

#include <absl/time/clock.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "base/random.h"
#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

std::string GpuDocument(int trials, const std::string& marker) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: gpus}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: 6
  maxFailedTrialCount: 0
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    resources: {{gpu: 1}}
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c,
        'echo "begin $CUDA_VISIBLE_DEVICES" >> "$0"; sleep 0.05; echo loss=1; echo "end $CUDA_VISIBLE_DEVICES" >> "$0"',
        '{}', '${{trialParameters.x}}']}}]}}}}}}
)",
                     trials, marker);
}

v1::Experiment GetGpuExperiment(v1::ExperimentService::Stub& stub) {
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name("gpus");
  v1::Experiment experiment;
  REQUIRE(stub.GetExperiment(&context, request, &experiment).ok());
  return experiment;
}

}  // namespace

TEST_CASE("Each GPU has one trial at a time while the server is killed again and again",
          "[fault][slow]") {
  constexpr int kTrials = 60, kServerKills = 15;
  ServedDatabase database({"--listen", "127.0.0.1:0", "--http", "none", "--gpus", "3"});
  const std::string marker = database.File("marks");
  auto stub = database.Start();
  {
    grpc::ClientContext context;
    v1::CreateExperimentsRequest request;
    request.set_document(GpuDocument(kTrials, marker));
    v1::CreateExperimentsReply reply;
    const auto status = stub->CreateExperiments(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
  }
  const uint64_t seed = absl::ToUnixNanos(absl::Now());
  CAPTURE(seed);
  RandomStream moments(seed, 0, "kill moments");
  for (int kill = 0; kill < kServerKills; ++kill) {
    absl::SleepFor(absl::Milliseconds(50 + moments.UniformInt(250)));
    database.Kill();
    database.Spawn();
  }
  stub = Connect(database.database());
  REQUIRE(stub);
  const auto deadline = absl::Now() + absl::Seconds(120);
  v1::Experiment experiment;
  do {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(20));
    experiment = GetGpuExperiment(*stub);
  } while (experiment.state() == v1::EXPERIMENT_CREATED ||
           experiment.state() == v1::EXPERIMENT_RUNNING);
  INFO(experiment.message());
  CHECK(experiment.state() == v1::EXPERIMENT_SUCCEEDED);
  std::set<std::string> busy, used;
  int begun = 0;
  std::ifstream marks(marker);
  for (std::string what, gpu; marks >> what >> gpu;) {
    used.insert(gpu);
    if (what == "end") {
      CHECK(busy.erase(gpu) == 1);
    } else {
      ++begun;
      CHECK(busy.insert(gpu).second);
    }
  }
  CHECK(begun == kTrials);
  CHECK(busy.empty());
  CHECK(used == std::set<std::string>{"0", "1", "2"});
}

TEST_CASE("What never fits is refused when it is submitted", "[fault]") {
  Shell shell;
  const std::string path = shell.Write("big", "echo loss=$0", 2);
  std::string document = *ReadFile(path);
  document.replace(document.find("  trialTemplate:\n"), 17,
                   "  trialTemplate:\n    resources: {cpu: 3, memory: 1Gi}\n");
  REQUIRE(WriteFileAtomically(path, document, false).ok());
  const auto refused = shell.Run({"run", path, "--cpus", "2", "--memory", "4Gi"});
  CHECK(refused.status == 1);
  INFO(refused.text);
  CHECK(Has(refused.text,
            "big: spec.trialTemplate: a trial takes 3 cpus, and all there is to hand out is 2 "
            "(--cpus)"));
  // Of several documents each is told of, and none is begun.
  std::string bigger = document;
  bigger.replace(bigger.find("name: big"), 9, "name: bigger");
  bigger.replace(bigger.find("memory: 1Gi"), 11, "memory: 9Gi");
  const std::string both = shell.File("both.yaml");
  REQUIRE(WriteFileAtomically(both, fmt::format("{}\n---\n{}", document, bigger), false).ok());
  const auto two = shell.Run({"run", both, "--cpus", "2", "--memory", "4Gi"});
  INFO(two.text);
  CHECK(two.status == 1);
  CHECK(Has(two.text, "big: spec.trialTemplate: a trial takes 3 cpus"));
  CHECK(Has(two.text, "bigger: spec.trialTemplate: a trial takes"));
  const auto run = shell.Run({"run", path, "--cpus", "4", "--memory", "4Gi"});
  INFO(run.text);
  CHECK(run.status == 0);
  const auto wrong = shell.Run({"run", path, "--memory", "much"});
  CHECK(wrong.status == 2);
  CHECK(Has(wrong.text, "should be an amount of memory"));
}

TEST_CASE("Whoever asks for the output of a trial that was removed is told so", "[fault]") {
  Shell shell;
  const std::string path = shell.Write("tidy", "echo loss=$0", 3);
  std::string document = *ReadFile(path);
  document.replace(document.find("  trialTemplate:\n"), 17,
                   "  trialTemplate:\n    trialFolders: KeepBest\n");
  REQUIRE(WriteFileAtomically(path, document, false).ok());
  REQUIRE(shell.Run({"run", path}).status == 0);
  int kept = 0;
  const auto trials = nlohmann::json::parse(shell.Run({"trials", "tidy", "-o", "json"}).text);
  REQUIRE(trials["trials"].size() == 3);
  for (const auto& trial : trials["trials"]) {
    const auto logs = shell.Run({"logs", trial["name"].get<std::string>()});
    INFO(logs.text);
    if (logs.status == 0) {
      ++kept;
      CHECK(Has(logs.text, "loss="));
    } else {
      CHECK(Has(logs.text, "was removed with its folder after its end"));
    }
  }
  CHECK(kept == 1);
}

}  // namespace qalam
