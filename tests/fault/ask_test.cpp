// Clients that ask and tell while the server is killed: no trial has two holders, none is lost.

#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "base/random.h"
#include "base/uid.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

using Stub = v1::ExperimentService::Stub;

void Create(Stub& stub, int trials) {
  grpc::ClientContext context;
  v1::CreateExperimentsRequest request;
  request.set_document(fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: asked}}
spec:
  trialRunner: Client
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
)",
                                   trials));
  v1::CreateExperimentsReply reply;
  const auto status = stub.CreateExperiments(&context, request, &reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
}

// One program that runs trials, as an SDK would write it: what the server did not answer is said
// again.
class Worker {
 public:
  Worker(const std::string& address, int number) : name_(fmt::format("worker-{}", number)) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 20);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
    // A connection of its own, as each machine has.
    arguments.SetInt("worker", number);
    stub_ = v1::ExperimentService::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
  }

  void Run() {
    while (true) {
      v1::AskTrialsRequest request;
      request.mutable_experiment()->set_name("asked");
      request.set_count(1 + asks_++ % 3);
      request.set_worker(name_);
      request.set_wait_seconds(5);
      request.set_lease(NewUid());
      v1::AskTrialsReply reply;
      if (!Call(&Stub::AskTrials, request, reply)) return;
      if (reply.exhausted()) return;
      for (const auto& trial : reply.trials()) {
        given_.insert(trial.number());
        if (!Tell(trial, reply.lease())) return;
      }
    }
  }
  const std::string& failure() const { return failure_; }
  const std::multiset<int64_t>& given() const { return given_; }

 private:
  bool Tell(const v1::Trial& trial, const std::string& lease) {
    v1::TellTrialRequest request;
    request.mutable_trial()->set_name(trial.name());
    request.set_lease(lease);
    request.add_objective_values(static_cast<double>(trial.number()));
    v1::Trial reply;
    return Call(&Stub::TellTrial, request, reply);
  }

  template <typename Request, typename Reply>
  bool Call(grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Reply*),
            const Request& request, Reply& reply) {
    const auto deadline = absl::Now() + absl::Seconds(120);
    while (absl::Now() < deadline) {
      grpc::ClientContext context;
      context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
      reply.Clear();
      const auto status = (stub_.get()->*call)(&context, request, &reply);
      if (status.ok()) return true;
      if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
        failure_ =
            fmt::format("{}: {}", static_cast<int>(status.error_code()), status.error_message());
        return false;
      }
      absl::SleepFor(absl::Milliseconds(20));
    }
    failure_ = "the server stayed away";
    return false;
  }

  const std::string name_;
  std::unique_ptr<Stub> stub_;
  int asks_ = 0;
  std::string failure_;
  std::multiset<int64_t> given_;  // numbers of the trials that it ran
};

int64_t EndedTrials(Stub& stub) {
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name("asked");
  v1::Experiment reply;
  return stub.GetExperiment(&context, request, &reply).ok() ? reply.counts().succeeded() : -1;
}

std::vector<v1::Trial> AllTrials(Stub& stub) {
  grpc::ClientContext context;
  v1::ListTrialsRequest request;
  request.mutable_experiment()->set_name("asked");
  request.set_page_size(10000);
  v1::ListTrialsReply reply;
  REQUIRE(stub.ListTrials(&context, request, &reply).ok());
  return {reply.trials().begin(), reply.trials().end()};
}

}  // namespace

TEST_CASE("64 workers run 5,000 trials once each past a server that is killed", "[fault][slow]") {
  constexpr int kWorkers = 64, kTrials = 5000, kKills = 8;
  ServedDatabase served;
  auto stub = served.Start();
  Create(*stub, kTrials);
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<std::thread> threads;
  for (int i = 0; i < kWorkers; ++i) {
    workers.push_back(std::make_unique<Worker>(LiveServerAddress(served.database()), i));
    threads.emplace_back([worker = workers.back().get()] { worker->Run(); });
  }
  RandomStream moments(absl::ToUnixNanos(absl::Now()), 0, "kill moments");
  for (int kill = 1; kill <= kKills; ++kill) {
    // Spread over the whole run, however fast it is.
    while (EndedTrials(*stub) < kTrials * kill / (kKills + 1))
      absl::SleepFor(absl::Milliseconds(1));
    absl::SleepFor(absl::Milliseconds(moments.UniformInt(30)));
    served.Kill();
    stub = served.Start();
  }
  for (auto& thread : threads) thread.join();

  std::multiset<int64_t> given;
  for (const auto& worker : workers) {
    CHECK(worker->failure() == "");
    given.insert(worker->given().begin(), worker->given().end());
  }
  CHECK(given.size() == kTrials);
  CHECK(std::set<int64_t>(given.begin(), given.end()).size() == kTrials);
  const auto trials = AllTrials(*stub);
  REQUIRE(trials.size() == kTrials);
  std::set<std::string> values;
  for (const auto& trial : trials) {
    CHECK(trial.state() == v1::TRIAL_SUCCEEDED);
    CHECK(trial.objective_value() == static_cast<double>(trial.number()));
    values.insert(trial.parameters(0).value());
  }
  CHECK(values.size() == kTrials);
}

TEST_CASE("The trial of a worker that dies is given to another, also past a kill", "[fault]") {
  ServedDatabase served;
  auto stub = served.Start();
  Create(*stub, 2);
  const auto ask = [&](const std::string& worker, double wait) {
    grpc::ClientContext context;
    v1::AskTrialsRequest request;
    request.mutable_experiment()->set_name("asked");
    request.set_worker(worker);
    request.set_lease_seconds(1);
    request.set_wait_seconds(wait);
    request.set_count(2);
    v1::AskTrialsReply reply;
    const auto status = stub->AskTrials(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
    return reply;
  };
  const auto first = ask("dies", 0);
  REQUIRE(first.trials_size() == 2);
  served.Kill();
  stub = served.Start();
  const auto second = ask("lives", 30);
  REQUIRE(second.trials_size() > 0);
  CHECK(second.trials(0).name() == first.trials(0).name());
  CHECK(second.trials(0).parameters(0).value() == first.trials(0).parameters(0).value());
  CHECK(second.trials(0).worker() == "lives");
}

}  // namespace qalam
