// Trials of clients, trials added by hand and trials that report by themselves, over real sockets.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/support/qalam_shell.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

using Stub = v1::ExperimentService::Stub;

std::string ClientDocument(const std::string& name, int trials) {
  return fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: {}}}
spec:
  trialRunner: Client
  objective: {{type: minimize, objectiveMetricName: loss}}
  algorithm: {{algorithmName: random}}
  maxTrialCount: {}
  parameters:
    - {{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}
    - {{name: n, parameterType: int, feasibleSpace: {{min: "1", max: "9"}}}}
)",
                     name, trials);
}

std::string WriteDocument(const Shell& shell, const std::string& name, int trials) {
  const std::string path = shell.File(name + ".yaml");
  REQUIRE(WriteFileAtomically(path, ClientDocument(name, trials), false).ok());
  return path;
}

template <typename Request, typename Reply>
grpc::Status Call(Stub& stub,
                  grpc::Status (Stub::*call)(grpc::ClientContext*, const Request&, Reply*),
                  const Request& request, Reply& reply) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return (stub.*call)(&context, request, &reply);
}

v1::AskTrialsReply Ask(Stub& stub, const std::string& experiment, int count = 1) {
  v1::AskTrialsRequest request;
  request.mutable_experiment()->set_name(experiment);
  request.set_count(count);
  request.set_worker("test");
  v1::AskTrialsReply reply;
  const auto status = Call(stub, &Stub::AskTrials, request, reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
  return reply;
}

v1::TellTrialRequest Told(const std::string& trial, double loss) {
  v1::TellTrialRequest request;
  request.mutable_trial()->set_name(trial);
  request.add_objective_values(loss);
  return request;
}

v1::Trial GetTrial(Stub& stub, const std::string& name) {
  v1::TrialName request;
  request.set_name(name);
  v1::Trial trial;
  REQUIRE(Call(stub, &Stub::GetTrial, request, trial).ok());
  return trial;
}

template <typename Condition>
void WaitUntil(Condition condition) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (!condition()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(5));
  }
}

}  // namespace

TEST_CASE("run refuses an experiment of clients and says what to do", "[clients]") {
  Shell shell;
  const std::string path = WriteDocument(shell, "asked", 2);
  CHECK(shell.Run({"validate", path}).status == 0);
  const auto run = shell.Run({"run", path});
  CHECK(run.status == 1);
  CHECK(Has(run.text, "the trials of asked are run by clients"));
  CHECK(Has(run.text, "qalam serve"));
  CHECK(shell.Run({"get", "asked"}).status == 1);
}

TEST_CASE("Trials are asked for and told over the socket", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), WriteDocument(shell, "asked", 4)}).status ==
      0);
  const auto first = Ask(*stub, "asked", 3);
  REQUIRE(first.trials_size() == 3);
  CHECK_FALSE(first.lease().empty());
  CHECK(first.lease_seconds() == 60);
  CHECK(first.trials(0).state() == v1::TRIAL_RUNNING);
  CHECK(first.trials(0).worker() == "test");

  v1::TellTrialsRequest many;
  *many.add_trials() = Told(first.trials(0).name(), 0.5);
  *many.add_trials() = Told("asked-00000000", 0.5);
  v1::TellTrialsReply answers;
  REQUIRE(Call(*stub, &Stub::TellTrials, many, answers).ok());
  CHECK(answers.answers(0).code() == 0);
  CHECK(answers.answers(0).trial().objective_value() == 0.5);
  CHECK(answers.answers(1).code() == grpc::StatusCode::NOT_FOUND);

  v1::Trial trial;
  CHECK(Call(*stub, &Stub::TellTrial, Told(first.trials(0).name(), 0.5), trial).ok());
  const auto again = Call(*stub, &Stub::TellTrial, Told(first.trials(0).name(), 0.6), trial);
  CHECK(again.error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  CHECK(Has(again.error_message(), "has already ended: Succeeded with 0.5"));

  v1::RenewLeasesRequest renewal;
  for (const auto& one : first.trials()) {
    auto* lease = renewal.add_leases();
    lease->mutable_trial()->set_name(one.name());
    lease->set_lease(first.lease());
  }
  renewal.add_leases()->mutable_trial()->set_name("nobody-00000000");
  v1::RenewLeasesReply leases;
  REQUIRE(Call(*stub, &Stub::RenewLeases, renewal, leases).ok());
  REQUIRE(leases.answers_size() == 4);
  CHECK(leases.answers(0).should_stop());
  CHECK(leases.answers(0).reason() == "TrialEnded");
  CHECK(leases.answers(1).held());
  CHECK_FALSE(leases.answers(1).should_stop());
  CHECK(leases.answers(3).reason() == "NotFound");

  v1::ReportMetricsRequest report;
  auto* points = report.add_trials();
  points->mutable_trial()->set_name(first.trials(1).name());
  points->set_lease(first.lease());
  auto* point = points->add_points();
  point->set_metric("loss");
  point->set_value(0.125);
  v1::ReportMetricsReply reported;
  REQUIRE(Call(*stub, &Stub::ReportMetrics, report, reported).ok());
  CHECK(reported.accepted() == 1);
  points->mutable_points(0)->set_metric(std::string(251, 'm'));
  CHECK(Call(*stub, &Stub::ReportMetrics, report, reported).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
  points->mutable_points(0)->set_metric("loss");
  points->set_lease("another");
  CHECK(Call(*stub, &Stub::ReportMetrics, report, reported).error_code() ==
        grpc::StatusCode::FAILED_PRECONDITION);
  v1::TellTrialRequest by_metric;
  by_metric.mutable_trial()->set_name(first.trials(1).name());
  REQUIRE(Call(*stub, &Stub::TellTrial, by_metric, trial).ok());
  CHECK(trial.objective_value() == 0.125);

  REQUIRE(shell.Run({"stop", "--db", served.database(), "asked"}).status == 0);
  const auto after = Ask(*stub, "asked");
  CHECK(after.exhausted());
  CHECK(after.reason() == "UserStopped");
  CHECK(GetTrial(*stub, first.trials(2).name()).state() == v1::TRIAL_KILLED);
}

TEST_CASE("What is wrong with a call is told, all at once", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), WriteDocument(shell, "asked", 4)}).status ==
      0);
  v1::AskTrialsRequest request;
  request.mutable_experiment()->set_name("asked");
  request.set_count(1001);
  request.set_lease_seconds(0.5);
  request.set_wait_seconds(61);
  request.set_worker(std::string(254, 'w'));
  v1::AskTrialsReply reply;
  const auto bad = Call(*stub, &Stub::AskTrials, request, reply);
  CHECK(bad.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  for (const char* field : {"count", "lease_seconds", "wait_seconds", "worker"}) {
    CHECK(Has(bad.error_message(), field));
  }
  request.Clear();
  request.mutable_experiment()->set_name("nobody");
  CHECK(Call(*stub, &Stub::AskTrials, request, reply).error_code() == grpc::StatusCode::NOT_FOUND);
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), shell.Write("run", "sleep 60", 2)}).status ==
      0);
  request.mutable_experiment()->set_name("run");
  const auto operated = Call(*stub, &Stub::AskTrials, request, reply);
  CHECK(Has(operated.error_message(), "run by an operator"));
}

TEST_CASE("An ask that waits ends with the server, and the server with it", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), WriteDocument(shell, "asked", 1)}).status ==
      0);
  REQUIRE(Ask(*stub, "asked").trials_size() == 1);
  std::thread patient([&] {
    v1::AskTrialsRequest request;
    request.mutable_experiment()->set_name("asked");
    request.set_wait_seconds(60);
    v1::AskTrialsReply reply;
    const auto status = Call(*stub, &Stub::AskTrials, request, reply);
    CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  });
  absl::SleepFor(absl::Milliseconds(200));
  const auto begin = absl::Now();
  const int status = served.Stop();
  patient.join();
  CHECK(WIFEXITED(status));
  CHECK(absl::Now() - begin < absl::Seconds(30));
}

TEST_CASE("A trial is added by hand, with every fault told", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), WriteDocument(shell, "asked", 2)}).status ==
      0);
  const auto add = [&](std::vector<std::string> parameters) {
    parameters.insert(parameters.begin(), {"add", "--db", served.database(), "asked"});
    return shell.Run(parameters);
  };
  const auto bad = add({"x=2", "m=3"});
  CHECK(bad.status == 1);
  CHECK(Has(bad.text, "parameter x: 2 is outside 0 to 1"));
  CHECK(Has(bad.text, "there is no parameter m"));
  CHECK(Has(bad.text, "parameter n has no value"));
  CHECK(add({"x"}).status == 1);
  CHECK(add({"x=0.25", "n=3"}).status == 0);
  const auto asked = Ask(*stub, "asked");
  REQUIRE(asked.trials_size() == 1);
  CHECK(asked.trials(0).parameters(0).value() == "0.25");
  CHECK(asked.trials(0).labels().at("added") == "by hand");
  CHECK(add({"x=0.5", "n=3"}).status == 0);
  const auto full = add({"x=0.75", "n=3"});
  CHECK(full.status == 1);
  CHECK(Has(full.text, "maxTrialCount are used up"));
}

TEST_CASE("A trial added by hand runs next where an operator runs the trials", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  // Trials wait until the test lets them go.
  const std::string gate = shell.File("gate");
  const std::string script = "while [ ! -e " + gate + " ]; do sleep 0.02; done; echo loss=$0";
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), shell.Write("operated", script, 4)}).status ==
      0);
  const auto experiment = [&] {
    v1::GetExperimentRequest request;
    request.mutable_experiment()->set_name("operated");
    v1::Experiment reply;
    REQUIRE(Call(*stub, &Stub::GetExperiment, request, reply).ok());
    return reply;
  };
  WaitUntil([&] { return experiment().counts().running() == 2; });
  const auto added = nlohmann::json::parse(
      shell.Run({"add", "--db", served.database(), "operated", "x=0.5", "-o", "json"}).text);
  // parallelTrialCount holds it back.
  CHECK(GetTrial(*stub, added["name"]).state() == v1::TRIAL_PENDING);
  CHECK(experiment().counts().running() == 2);
  REQUIRE(WriteFileAtomically(gate, "", false).ok());
  WaitUntil([&] { return experiment().state() == v1::EXPERIMENT_SUCCEEDED; });
  CHECK(experiment().counts().succeeded() == 4);
  CHECK(GetTrial(*stub, added["name"]).objective_value() == 0.5);
}

TEST_CASE("A trial's own reports, sent to where its environment says, are its metrics",
          "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  const std::string found = shell.File("found-"), gate = shell.File("gate");
  const std::string script = "echo $QALAM_ADDRESS $QALAM_NAMESPACE > part-$QALAM_TRIAL; mv " +
                             std::string("part-$QALAM_TRIAL ") + found +
                             "$QALAM_TRIAL; while [ ! -e " + gate +
                             " ]; do sleep 0.02; done; echo loss=7 $0";
  REQUIRE(shell
              .Run({"submit", "--db", served.database(),
                    shell.Write("pushed", script, 2,
                                "  metricsCollectorSpec: {collector: {kind: Push}}\n")})
              .status == 0);
  std::vector<std::string> trials;
  for (const int number : {0, 1}) {
    v1::ListTrialsRequest request;
    request.mutable_experiment()->set_name("pushed");
    v1::ListTrialsReply reply;
    WaitUntil([&] {
      REQUIRE(Call(*stub, &Stub::ListTrials, request, reply).ok());
      return reply.trials_size() > number;
    });
    trials.push_back(reply.trials(number).name());
    WaitUntil([&] { return FileExists(found + trials.back()); });
    std::istringstream words(*ReadFile(found + trials.back()));
    std::string address, name_space;
    words >> address >> name_space;
    CHECK(name_space == "default");
    const auto from_trial = v1::ExperimentService::NewStub(
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    v1::ReportMetricsRequest report;
    auto* points = report.add_trials();
    points->mutable_trial()->set_name(trials.back());
    for (const double loss : {0.5, 0.25}) {
      auto* point = points->add_points();
      point->set_metric("loss");
      point->set_value(loss);
    }
    v1::ReportMetricsReply reported;
    REQUIRE(Call(*from_trial, &Stub::ReportMetrics, report, reported).ok());
  }
  REQUIRE(WriteFileAtomically(gate, "", false).ok());
  for (const auto& name : trials) {
    WaitUntil([&] { return GetTrial(*stub, name).state() == v1::TRIAL_SUCCEEDED; });
    CHECK(GetTrial(*stub, name).objective_value() == 0.25);
  }
}

TEST_CASE("Experiments are listed by filter and order, page by page", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  for (const char* name : {"beta-1", "alpha-1", "beta-2", "gamma-1", "beta-3"}) {
    REQUIRE(
        shell.Run({"submit", "--db", served.database(), WriteDocument(shell, name, 1)}).status ==
        0);
  }
  for (const auto& [name, loss] : {std::pair{"beta-3", 0.5}, {"beta-1", 0.25}, {"gamma-1", 2.0}}) {
    const auto asked = Ask(*stub, name);
    v1::Trial trial;
    REQUIRE(Call(*stub, &Stub::TellTrial, Told(asked.trials(0).name(), loss), trial).ok());
  }
  const auto list = [&](v1::ListExperimentsRequest request, int64_t total) {
    std::vector<std::string> names;
    request.set_page_size(2);
    do {
      v1::ListExperimentsReply reply;
      const auto status = Call(*stub, &Stub::ListExperiments, request, reply);
      INFO(status.error_message());
      REQUIRE(status.ok());
      CHECK(reply.total() == total);
      for (const auto& one : reply.experiments()) names.push_back(one.name());
      request.set_page_token(reply.next_page_token());
    } while (!request.page_token().empty());
    return names;
  };
  using Names = std::vector<std::string>;
  v1::ListExperimentsRequest request;
  CHECK(list(request, 5) == Names{"beta-1", "alpha-1", "beta-2", "gamma-1", "beta-3"});
  request.set_order(v1::EXPERIMENT_ORDER_NAME);
  CHECK(list(request, 5) == Names{"alpha-1", "beta-1", "beta-2", "beta-3", "gamma-1"});
  request.set_descending(true);
  request.set_name_contains("BETA");
  CHECK(list(request, 3) == Names{"beta-3", "beta-2", "beta-1"});
  request.Clear();
  request.set_order(v1::EXPERIMENT_ORDER_BEST);
  CHECK(list(request, 5) == Names{"beta-1", "beta-3", "gamma-1", "alpha-1", "beta-2"});
  request.add_states(v1::EXPERIMENT_SUCCEEDED);
  request.set_algorithm("random");
  request.set_descending(true);
  WaitUntil([&] {
    v1::ListExperimentsReply reply;
    REQUIRE(Call(*stub, &Stub::ListExperiments, request, reply).ok());
    return reply.total() == 3;
  });
  CHECK(list(request, 3) == Names{"gamma-1", "beta-3", "beta-1"});
  request.set_algorithm("tpe");
  CHECK(list(request, 0).empty());

  v1::ListExperimentsReply reply;
  request.Clear();
  request.set_page_size(2);
  REQUIRE(Call(*stub, &Stub::ListExperiments, request, reply).ok());
  request.set_page_token(reply.next_page_token());
  request.set_name_contains("beta");
  CHECK(Call(*stub, &Stub::ListExperiments, request, reply).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
  request.set_page_token("x");
  CHECK(Call(*stub, &Stub::ListExperiments, request, reply).error_code() ==
        grpc::StatusCode::INVALID_ARGUMENT);
}

TEST_CASE("The API tells its version, and events name their trials", "[clients]") {
  Shell shell;
  ServedDatabase served;
  auto stub = served.Start();
  v1::ServerInfo info;
  REQUIRE(Call(*stub, &Stub::GetServerInfo, v1::GetServerInfoRequest(), info).ok());
  CHECK(info.api_version() == 1);
  CHECK(info.api_revision() >= 1);
  REQUIRE(
      shell.Run({"submit", "--db", served.database(), WriteDocument(shell, "asked", 2)}).status ==
      0);
  const auto asked = Ask(*stub, "asked", 2);
  v1::TellTrialRequest failed;
  failed.mutable_trial()->set_name(asked.trials(1).name());
  failed.set_state(v1::TRIAL_FAILED);
  failed.set_message("out of memory");
  v1::Trial trial;
  REQUIRE(Call(*stub, &Stub::TellTrial, failed, trial).ok());
  v1::ListEventsRequest request;
  request.mutable_experiment()->set_name("asked");
  request.set_trial(asked.trials(1).name());
  v1::ListEventsReply events;
  REQUIRE(Call(*stub, &Stub::ListEvents, request, events).ok());
  REQUIRE(events.events_size() == 1);
  CHECK(events.events(0).reason() == "Failed");
  CHECK(events.events(0).message() == "out of memory");
  CHECK(events.events(0).trial_name() == asked.trials(1).name());
  request.set_trial("asked-zzz");
  CHECK(Call(*stub, &Stub::ListEvents, request, events).error_code() ==
        grpc::StatusCode::NOT_FOUND);
}

}  // namespace qalam
