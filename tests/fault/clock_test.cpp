// The machine's clock is set while experiments run, by libfaketime.

#include <absl/time/clock.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>

#include "api/grpc_status.h"
#include "tests/support/fake_time.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

// A server and trials that live in a time of their own.
class ServerInFakeTime {
 public:
  explicit ServerInFakeTime(const std::string& library) {
    Set("+0");
    served_.SetEnvironment(FakeTimeEnvironment(library, served_.File("time")));
    stub_ = served_.Start();
  }

  // "+25h", "-3h": so much from the true time.
  void Set(const std::string& offset) { SetFakeTime(served_.File("time"), offset); }
  std::string Log() const { return served_.Output(); }
  void Create(const std::string& name, int trials, const std::string& rest) {
    grpc::ClientContext context;
    v1::CreateExperimentsRequest request;
    request.set_document(fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parallelTrialCount: {}
  maxDuration: 2h
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
{})",
                                     name, trials, std::min(trials, 2), rest));
    v1::CreateExperimentsReply reply;
    const auto status = FromGrpc(stub_->CreateExperiments(&context, request, &reply));
    INFO(Message(status));
    REQUIRE(status.ok());
  }
  v1::Experiment Get(const std::string& name) {
    grpc::ClientContext context;
    v1::GetExperimentRequest request;
    request.mutable_experiment()->set_name(name);
    v1::Experiment experiment;
    REQUIRE(stub_->GetExperiment(&context, request, &experiment).ok());
    return experiment;
  }
  void Await(const std::string& name, const std::function<bool(const v1::Experiment&)>& holds) {
    const auto deadline = absl::Now() + absl::Seconds(60);
    while (true) {
      const auto experiment = Get(name);
      if (holds(experiment)) return;
      INFO(Log() << experiment.counts().ShortDebugString());
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(10));
    }
  }
  void AwaitSucceeded(const std::string& name, int64_t count) {
    Await(name, [&](const auto& experiment) { return experiment.counts().succeeded() >= count; });
  }
  v1::AskTrialsReply Ask(const std::string& name, const std::string& worker) {
    grpc::ClientContext context;
    v1::AskTrialsRequest request;
    request.mutable_experiment()->set_name(name);
    request.set_worker(worker);
    request.set_lease_seconds(600);
    v1::AskTrialsReply reply;
    REQUIRE(stub_->AskTrials(&context, request, &reply).ok());
    return reply;
  }

 private:
  ServedDatabase served_;
  std::unique_ptr<v1::ExperimentService::Stub> stub_;
};

}  // namespace

TEST_CASE("A clock that is set takes no trial from anybody and ends none", "[fault]") {
#ifdef QALAM_SANITIZED
  // It may be the sanitizer, which stands before the library, that hands out the time.
  WARN("skipped: libfaketime is not reliably heard under a sanitizer");
  return;
#endif
  const std::string library = FakeTimeLibrary();
  if (library.empty()) {
    WARN("skipped: libfaketime is not installed");
    return;
  }
  const std::string offset = GENERATE("+25h", "-25h");
  CAPTURE(offset);
  ServerInFakeTime server(library);
  server.Create("held", 1, "  trialRunner: Client\n");
  server.Create("processes", 12, R"(  trialTemplate:
    trialParameters: [{name: x, reference: x}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        activeDeadlineSeconds: 3600
        template: {spec: {containers: [{name: main, command: [sh, -c, 'sleep 0.2; echo loss=$0', '${trialParameters.x}']}]}}
)");
  REQUIRE(server.Ask("held", "first").trials_size() == 1);
  server.AwaitSucceeded("processes", 2);
  server.Set(offset);
  server.Await("processes", [&](const auto&) {
    return server.Log().find("clock was set") != std::string::npos;
  });
  server.Set("+0");
  server.Await("processes", [](const auto& experiment) { return experiment.has_completed(); });
  INFO(server.Log());
  CHECK(server.Get("processes").state() == v1::EXPERIMENT_SUCCEEDED);
  CHECK(server.Get("processes").counts().succeeded() == 12);
  // Its lease of ten minutes has not ended, however long ago it may seem to have begun.
  CHECK(server.Ask("held", "second").trials_size() == 0);
  CHECK(server.Get("held").counts().running() == 1);
}

}  // namespace qalam
