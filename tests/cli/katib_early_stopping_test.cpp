// Katib's EarlyStopping and DBManager services of a real server, over trials of a client.

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "tests/support/served_database.h"

namespace qalam {
namespace {

namespace katib = ::api::v1::beta1;

constexpr char kStoppableDocument[] = R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: stoppable}
spec:
  trialRunner: Client
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: random}
  maxTrialCount: 3
  earlyStopping:
    algorithmName: threshold
    algorithmSettings: [{name: upper, value: "10"}]
  parameters:
    - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
)";

template <typename Service, typename Request, typename Reply>
grpc::Status CallService(Service& stub,
                         grpc::Status (Service::*call)(grpc::ClientContext*, const Request&,
                                                       Reply*),
                         const Request& request, Reply& reply) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
  return (stub.*call)(&context, request, &reply);
}

// Renews until the answer says that the trial should stop.
std::string StopReason(v1::ExperimentService::Stub& stub, const v1::RenewLeasesRequest& renewal) {
  const auto deadline = absl::Now() + absl::Seconds(60);
  while (absl::Now() < deadline) {
    v1::RenewLeasesReply reply;
    REQUIRE(CallService(stub, &v1::ExperimentService::Stub::RenewLeases, renewal, reply).ok());
    if (reply.answers(0).should_stop()) return reply.answers(0).reason();
    absl::SleepFor(absl::Milliseconds(5));
  }
  return "";
}

}  // namespace

TEST_CASE("A collector of Katib's reports, and what it stops is stopped early",
          "[early-stopping]") {
  ServedDatabase served;
  const auto stub = served.Start();
  using Stub = v1::ExperimentService::Stub;
  v1::CreateExperimentsRequest create;
  create.set_document(kStoppableDocument);
  v1::CreateExperimentsReply created;
  REQUIRE(CallService(*stub, &Stub::CreateExperiments, create, created).ok());
  v1::AskTrialsRequest ask;
  ask.mutable_experiment()->set_name("stoppable");
  ask.set_count(2);
  v1::AskTrialsReply asked;
  REQUIRE(CallService(*stub, &Stub::AskTrials, ask, asked).ok());
  REQUIRE(asked.trials_size() == 2);
  const auto channel =
      grpc::CreateChannel(LiveServerAddress(served.database()), grpc::InsecureChannelCredentials());
  const auto stopping = katib::EarlyStopping::NewStub(channel);
  const auto database = katib::DBManager::NewStub(channel);

  // By its collector's word.
  v1::RenewLeasesRequest renewal;
  renewal.add_leases()->mutable_trial()->set_name(asked.trials(0).name());
  renewal.mutable_leases(0)->set_lease(asked.lease());
  katib::SetTrialStatusRequest set;
  set.set_trial_name(asked.trials(0).name());
  katib::SetTrialStatusReply set_reply;
  REQUIRE(CallService(*stopping, &katib::EarlyStopping::Stub::SetTrialStatus, set, set_reply).ok());
  CHECK(StopReason(*stub, renewal) == "EarlyStopping");
  v1::TellTrialRequest tell;
  tell.mutable_trial()->set_name(asked.trials(0).name());
  tell.set_state(v1::TRIAL_EARLY_STOPPED);
  v1::Trial told;
  REQUIRE(CallService(*stub, &Stub::TellTrial, tell, told).ok());
  CHECK(told.state() == v1::TRIAL_EARLY_STOPPED);
  // A repeat has been heard; a stranger is named.
  CHECK(CallService(*stopping, &katib::EarlyStopping::Stub::SetTrialStatus, set, set_reply).ok());
  set.set_trial_name("nobody");
  const auto unknown =
      CallService(*stopping, &katib::EarlyStopping::Stub::SetTrialStatus, set, set_reply);
  CHECK(unknown.error_code() == grpc::StatusCode::NOT_FOUND);

  // By the experiment's own rule, which hears of what Katib's collectors report.
  katib::ReportObservationLogRequest report;
  report.set_trial_name(asked.trials(1).name());
  auto* log = report.mutable_observation_log()->add_metric_logs();
  log->set_time_stamp("2026-01-02T03:04:05Z");
  log->mutable_metric()->set_name("loss");
  log->mutable_metric()->set_value("11");
  katib::ReportObservationLogReply reported;
  REQUIRE(
      CallService(*database, &katib::DBManager::Stub::ReportObservationLog, report, reported).ok());
  renewal.mutable_leases(0)->mutable_trial()->set_name(asked.trials(1).name());
  CHECK(StopReason(*stub, renewal) == "EarlyStopping");
}

}  // namespace qalam
