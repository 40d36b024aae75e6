// Two servers of one PostgreSQL database: one is killed, the other takes over, nothing runs twice.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <thread>

#include "base/files.h"
#include "tests/support/postgres_server.h"
#include "tests/support/sharing_server.h"

namespace qalam {
namespace {

using Stub = v1::ExperimentService::Stub;

void Create(Stub& stub, const std::string& document) {
  grpc::ClientContext context;
  v1::CreateExperimentsRequest request;
  request.set_document(document);
  v1::CreateExperimentsReply reply;
  const auto status = stub.CreateExperiments(&context, request, &reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
}

v1::Experiment Get(Stub& stub) {
  grpc::ClientContext context;
  v1::GetExperimentRequest request;
  request.mutable_experiment()->set_name("shared");
  v1::Experiment reply;
  const auto status = stub.GetExperiment(&context, request, &reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
  return reply;
}

// As the worker "ada".
grpc::Status Ask(Stub& stub, int count, v1::AskTrialsReply& reply) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  v1::AskTrialsRequest request;
  request.mutable_experiment()->set_name("shared");
  request.set_worker("ada");
  request.set_count(count);
  return stub.AskTrials(&context, request, &reply);
}

// The name of the one trial that the server hands out; empty when it does not.
std::string AskOne(Stub& stub) {
  v1::AskTrialsReply reply;
  const bool answered = Ask(stub, 1, reply).ok();
  return answered && reply.trials_size() == 1 ? reply.trials(0).name() : "";
}

constexpr char kBeginning[] = R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: shared}
spec:
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
)";

}  // namespace

TEST_CASE("A server that is killed is taken over from, and nothing runs twice", "[fault]") {
  // Or it sleeps and wakes later, when it still thinks that it has the experiment.
  const bool is_killed = GENERATE(true, false);
  CAPTURE(is_killed);
  constexpr int kTrials = 12;
  const TemporaryDirectory folder;
  const std::string address = PostgresServer::Shared().NewDatabase();
  SharingServer first(address, folder, "first");
  const std::string runs = folder.File("runs");
  Create(first.stub(),
         kBeginning + fmt::format(R"(  maxTrialCount: {}
  parallelTrialCount: 3
  metricsCollectorSpec: {{collector: {{kind: {}}}}}
  trialTemplate:
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: [sh, -c, 'echo $QALAM_TRIAL_NAME >> {}; sleep 1; {}', '${{trialParameters.x}}']}}]}}}}}}
)",
                                  kTrials, is_killed ? "Push" : "StdOut", runs,
                                  is_killed ? "qalam report loss=$0" : "echo loss=$0"));
  SharingServer second(address, folder, "second");
  second.WaitFor([&] { return Get(second.stub()).counts().succeeded() >= 3; });
  is_killed ? first.Kill() : first.Signal(SIGSTOP);
  const Time killed = absl::Now();
  const auto before = Get(second.stub()).counts().succeeded();
  second.WaitFor([&] { return Get(second.stub()).counts().succeeded() > before; });
  const Duration taken = absl::Now() - killed;
  WARN("taken over in " << absl::FormatDuration(taken));
  CHECK(taken < absl::Seconds(10));
  if (!is_killed) first.Signal(SIGCONT);
  second.WaitFor([&] { return Get(second.stub()).state() == v1::EXPERIMENT_SUCCEEDED; });
  CHECK(Get(second.stub()).counts().succeeded() == kTrials);
  std::istringstream lines(*ReadFile(runs));
  std::multiset<std::string> began;
  for (std::string line; std::getline(lines, line);) began.insert(line);
  CHECK(began.size() == kTrials);
  CHECK(std::set<std::string>(began.begin(), began.end()).size() == kTrials);
  if (!is_killed) CHECK(Get(first.stub()).counts().succeeded() == kTrials);
}

TEST_CASE("A server that sleeps in the middle of a write is taken over from", "[fault]") {
  const TemporaryDirectory folder;
  auto& postgres = PostgresServer::Shared();
  const std::string address = postgres.NewDatabase();
  SharingServer first(address, folder, "first");
  Create(first.stub(), std::string(kBeginning) + "  trialRunner: Client\n  maxTrialCount: 9\n");
  std::multiset<std::string> names = {AskOne(first.stub())};
  SharingServer second(address, folder, "second");

  // Somebody is in the way of the first server's write until there is a row in `go`.
  postgres.Query("CREATE TABLE go (is_clear bool)", address);
  std::jthread in_the_way([&] {
    postgres.Query(
        "DO $$ BEGIN LOCK TABLE trials IN SHARE MODE; WHILE NOT EXISTS (SELECT 1 FROM go) LOOP "
        "PERFORM pg_sleep(0.02); END LOOP; END $$",
        address);
  });
  const auto await = [&](const std::string& sql) {
    second.WaitFor([&] { return postgres.Query(sql, address) == "t"; });
  };
  const std::string of_trials = "relation = 'trials'::regclass AND mode = ";
  await("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE granted AND " + of_trials + "'ShareLock')");
  std::string slept_over;
  std::jthread caller([&] { slept_over = AskOne(first.stub()); });
  await("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND " + of_trials +
        "'RowExclusiveLock')");
  first.Signal(SIGSTOP);
  postgres.Query("INSERT INTO go VALUES (true)", address);
  in_the_way.join();
  // It has the experiment's row now, and its lease's, and does not go on.
  await("SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE state = 'idle in transaction')");

  const Time slept = absl::Now();
  std::string taken;
  second.WaitFor([&] { return !(taken = AskOne(second.stub())).empty(); });
  WARN("taken over in " << absl::FormatDuration(absl::Now() - slept));
  CHECK(absl::Now() - slept < absl::Seconds(20));
  names.insert(taken);
  first.Signal(SIGCONT);
  caller.join();
  if (!slept_over.empty()) names.insert(slept_over);
  first.WaitFor([&] {
    const std::string name = AskOne(first.stub());
    if (!name.empty()) names.insert(name);
    return !name.empty();
  });
  CHECK(std::set<std::string>(names.begin(), names.end()).size() == names.size());
}

TEST_CASE("Calls that reach a server without the experiment work all the same", "[fault]") {
  const TemporaryDirectory folder;
  const std::string address = PostgresServer::Shared().NewDatabase();
  SharingServer holder(address, folder, "holder");
  Create(holder.stub(), std::string(kBeginning) + "  trialRunner: Client\n  maxTrialCount: 9\n");
  SharingServer other(address, folder, "other");
  v1::AskTrialsReply asked;
  const auto status = Ask(other.stub(), 2, asked);
  INFO(status.error_message());
  REQUIRE(status.ok());
  REQUIRE(asked.trials_size() == 2);
  {
    grpc::ClientContext context;
    v1::TellTrialsRequest request;
    for (const auto& trial : asked.trials()) {
      auto* told = request.add_trials();
      told->mutable_trial()->set_name(trial.name());
      told->set_lease(asked.lease());
      told->add_objective_values(1);
    }
    v1::TellTrialsReply reply;
    REQUIRE(other.stub().TellTrials(&context, request, &reply).ok());
    CHECK(reply.answers(0).trial().state() == v1::TRIAL_SUCCEEDED);
    CHECK(reply.answers(1).code() == 0);
  }
  CHECK(Get(holder.stub()).counts().succeeded() == 2);
  // With its holder gone, one call waits for the take-over and is answered.
  holder.Kill();
  other.WaitFor([&] { return !AskOne(other.stub()).empty(); });
  // An edit is durable where it was made, and carried out by whoever holds the experiment.
  SharingServer third(address, folder, "third");
  grpc::ClientContext context;
  v1::ExperimentName name;
  name.set_name("shared");
  v1::Experiment reply;
  REQUIRE(third.stub().StopExperiment(&context, name, &reply).ok());
  third.WaitFor([&] { return Get(third.stub()).state() == v1::EXPERIMENT_STOPPED; });
}

}  // namespace qalam
