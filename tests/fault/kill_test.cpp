// `kill -9` at random moments: nothing is lost and nothing runs twice.

#include <absl/synchronization/notification.h>
#include <absl/time/clock.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "base/files.h"
#include "base/random.h"
#include "tests/support/lines.h"
#include "tests/support/qalam_process.h"
#include "tests/support/served_database.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

constexpr int kKills = 50;
constexpr int kPointsPerTrial = 4;

// Each trial notes that it began, in a file that all share, and reports a few points as it goes.
std::string MarkedDocument(const std::string& name, int trials, const std::string& marker,
                           const std::string& pause) {
  std::string steps;
  for (int step = 1; step <= kPointsPerTrial; ++step) {
    steps += fmt::format("echo step={0} accuracy=0.{0}; sleep {1}; ", step, pause);
  }
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  objective: {{type: maximize, objectiveMetricName: accuracy}}
  algorithm: {{algorithmName: random}}
  seed: 5
  maxTrialCount: {}
  parallelTrialCount: {}
  maxFailedTrialCount: 0
  parameters:
    - {{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}
  trialTemplate:
    primaryContainerName: main
    trialParameters:
      - {{name: x, reference: x}}
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec:
        template:
          spec:
            containers:
              - name: main
                command: [sh, -c, 'echo $QALAM_TRIAL_NAME >> "$0"; {}', '{}', '${{trialParameters.x}}']
            restartPolicy: Never
)",
                     name, trials, std::min(8, trials), steps, marker);
}

using Stub = v1::ExperimentService::Stub;

v1::Experiment Get(Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name(name);
  v1::Experiment experiment;
  const auto status = stub.GetExperiment(&context, request, &experiment);
  INFO(status.error_message());
  REQUIRE(status.ok());
  return experiment;
}

std::vector<v1::Trial> TrialsOfExperiment(Stub& stub, const std::string& name) {
  grpc::ClientContext context;
  v1::ListTrialsRequest request;
  request.mutable_experiment()->set_name(name);
  request.set_page_size(10000);
  v1::ListTrialsReply reply;
  REQUIRE(stub.ListTrials(&context, request, &reply).ok());
  return {reply.trials().begin(), reply.trials().end()};
}

std::vector<v1::MetricPoint> Points(Stub& stub, const std::string& trial) {
  grpc::ClientContext context;
  v1::ReadMetricsRequest request;
  request.mutable_trial()->set_name(trial);
  v1::ReadMetricsReply reply;
  REQUIRE(stub.ReadMetrics(&context, request, &reply).ok());
  return {reply.points().begin(), reply.points().end()};
}

// Exactly `count` trials, each begun once and ended well, with all their points.
void CheckWhole(Stub& stub, const std::string& name, int count, const std::string& marker) {
  const auto experiment = Get(stub, name);
  CHECK(experiment.state() == v1::EXPERIMENT_SUCCEEDED);
  const auto trials = TrialsOfExperiment(stub, name);
  CHECK(static_cast<int>(trials.size()) == count);
  std::multiset<std::string> expected;
  for (const auto& trial : trials) {
    CAPTURE(trial.name(), trial.reason(), trial.message());
    CHECK(trial.state() == v1::TRIAL_SUCCEEDED);
    CHECK(static_cast<int>(Points(stub, trial.name()).size()) == kPointsPerTrial);
    expected.insert(trial.name());
  }
  const auto begun = ReadLines(marker);
  CHECK(std::multiset<std::string>(begun.begin(), begun.end()) == expected);
}

bool IsEnded(const v1::Experiment& experiment) {
  return experiment.state() == v1::EXPERIMENT_SUCCEEDED ||
         experiment.state() == v1::EXPERIMENT_FAILED ||
         experiment.state() == v1::EXPERIMENT_STOPPED;
}

void WaitForEnd(Stub& stub, const std::string& name) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (!IsEnded(Get(stub, name))) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

std::vector<std::string> ServeCommand(const TemporaryDirectory& directory) {
  return {QALAM_BIN "/qalam",         "serve",    "--db",
          directory.File("qalam.db"), "--listen", "127.0.0.1:0"};
}

}  // namespace

TEST_CASE("A server killed 50 times loses no trial and runs none twice", "[fault][slow]") {
  const TemporaryDirectory directory;
  const std::string database = directory.File("qalam.db");
  const std::string marker = directory.File("begun");
  const FileDescriptor log(
      open(directory.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  constexpr int kTrials = 240;
  const auto start = [&] {
    return std::make_unique<ChildProcess>(ServeCommand(directory),
                                          std::map<std::string, std::string>{}, log.get());
  };
  auto server = start();
  auto stub = Connect(database);
  REQUIRE(stub);
  {
    grpc::ClientContext context;
    v1::CreateExperimentsRequest request;
    request.set_document(MarkedDocument("killed", kTrials, marker, "0.03"));
    v1::CreateExperimentsReply reply;
    const auto status = stub->CreateExperiments(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
  }
  RandomStream moments(absl::ToUnixNanos(absl::Now()), 0, "kill moments");
  for (int kill = 0; kill < kKills; ++kill) {
    // From the middle of the start-up to well into the work.
    absl::SleepFor(absl::Milliseconds(20 + moments.UniformInt(230)));
    server->Kill(SIGKILL);
    server = start();
  }
  stub = Connect(database);
  REQUIRE(stub);
  WaitForEnd(*stub, "killed");
  CheckWhole(*stub, "killed", kTrials, marker);
}

TEST_CASE("Metric points acknowledged over gRPC survive kill -9", "[fault][slow]") {
  const TemporaryDirectory directory;
  const std::string database = directory.File("qalam.db");
  const FileDescriptor log(
      open(directory.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  const auto start = [&] {
    return std::make_unique<ChildProcess>(ServeCommand(directory),
                                          std::map<std::string, std::string>{}, log.get());
  };
  auto server = start();
  auto stub = Connect(database);
  REQUIRE(stub);
  {
    grpc::ClientContext context;
    v1::CreateExperimentsRequest request;
    // One trial that stays for as long as the test needs it; its own points carry another name.
    request.set_document(MarkedDocument("held", 1, directory.File("begun"), "1000"));
    v1::CreateExperimentsReply reply;
    REQUIRE(stub->CreateExperiments(&context, request, &reply).ok());
  }
  const auto deadline = absl::Now() + absl::Seconds(30);
  while (ReadLines(directory.File("begun")).empty()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  const std::string trial = ReadLines(directory.File("begun")).front();

  std::set<int64_t> acknowledged;
  int64_t step = 0;
  RandomStream moments(absl::ToUnixNanos(absl::Now()), 0, "kill moments");
  constexpr size_t kReporterKills = 10;
  for (size_t kill = 0; kill < kReporterKills; ++kill) {
    const Duration moment = absl::Milliseconds(50 + moments.UniformInt(200));
    absl::Notification first_acknowledged;
    std::atomic<bool> is_killed = false;
    // In the middle of a report, as likely as not.
    std::thread killer([&] {
      first_acknowledged.WaitForNotificationWithTimeout(absl::Seconds(30));
      absl::SleepFor(moment);
      server->Kill(SIGKILL);
      is_killed = true;
    });
    while (!is_killed) {
      grpc::ClientContext context;
      v1::ReportMetricsRequest request;
      auto* points = request.add_trials();
      points->mutable_trial()->set_name(trial);
      auto* point = points->add_points();
      point->set_metric("pushed");
      point->set_value(static_cast<double>(step));
      point->set_step(step);
      v1::ReportMetricsReply reply;
      if (stub->ReportMetrics(&context, request, &reply).ok()) {
        acknowledged.insert(step);
        if (!first_acknowledged.HasBeenNotified()) first_acknowledged.Notify();
      }
      ++step;
    }
    killer.join();
    server = start();
    stub = Connect(database);
    REQUIRE(stub);
  }
  std::set<int64_t> kept;
  for (const auto& point : Points(*stub, trial)) {
    if (point.metric() == "pushed") kept.insert(point.step());
  }
  CHECK(acknowledged.size() >= kReporterKills);
  for (const int64_t one : acknowledged) CHECK(kept.contains(one));
  {
    grpc::ClientContext context;
    v1::ExperimentName request;
    request.set_name("held");
    v1::Experiment reply;
    CHECK(stub->StopExperiment(&context, request, &reply).ok());
  }
  WaitForEnd(*stub, "held");
  CHECK(TrialsOfExperiment(*stub, "held").front().state() == v1::TRIAL_KILLED);
}

TEST_CASE("qalam run killed again and again goes on where it was", "[fault][slow]") {
  const TemporaryDirectory directory;
  const std::string database = directory.File("qalam.db");
  const std::string marker = directory.File("begun");
  const std::string file = directory.File("experiment.yaml");
  const FileDescriptor log(
      open(directory.File("log").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0600));
  constexpr int kTrials = 200;
  REQUIRE(WriteFileAtomically(file, MarkedDocument("rerun", kTrials, marker, "0.03"), false).ok());
  const auto start = [&] {
    return std::make_unique<ChildProcess>(
        std::vector<std::string>{QALAM_BIN "/qalam", "run", "--db", database, file},
        std::map<std::string, std::string>{}, log.get());
  };
  RandomStream moments(absl::ToUnixNanos(absl::Now()), 0, "kill moments");
  auto run = start();
  for (int kill = 0; kill < 10; ++kill) {
    absl::SleepFor(absl::Milliseconds(20 + moments.UniformInt(230)));
    run->Kill(SIGKILL);
    run = start();
  }
  const int status = run->Wait();
  INFO(*ReadFile(directory.File("log")));
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  ChildProcess server(ServeCommand(directory), {}, log.get());
  auto stub = Connect(database);
  REQUIRE(stub);
  CheckWhole(*stub, "rerun", kTrials, marker);
}

}  // namespace qalam
