// Katib's EarlyStopping service, beside a DBManager of its own, over real sockets.

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <map>

#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {
namespace {

namespace katib = ::api::v1::beta1;

// Logs by trial, as a database manager of Katib's gives them: values as text, without steps.
class LogsOfTrials final : public katib::DBManager::Service {
 public:
  explicit LogsOfTrials(std::map<std::string, std::vector<std::string>> logs)
      : logs_(std::move(logs)) {}

  grpc::Status GetObservationLog(grpc::ServerContext* context,
                                 const katib::GetObservationLogRequest* request,
                                 katib::GetObservationLogReply* reply) override {
    const auto log = logs_.find(request->trial_name());
    if (log == logs_.end()) return {grpc::StatusCode::NOT_FOUND, "no such trial"};
    for (const auto& value : log->second) {
      auto* entry = reply->mutable_observation_log()->add_metric_logs();
      entry->mutable_metric()->set_name(request->metric_name());
      entry->mutable_metric()->set_value(value);
    }
    return grpc::Status::OK;
  }

 private:
  const std::map<std::string, std::vector<std::string>> logs_;
};

struct StoppingServices {
  explicit StoppingServices(std::map<std::string, std::vector<std::string>> given)
      : logs(std::move(given)) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&logs);
    database = builder.BuildAndStart();
    REQUIRE(database != nullptr);
    database_address = fmt::format("127.0.0.1:{}", port);
  }

  grpc::Status Rules(const katib::GetEarlyStoppingRulesRequest& request,
                     katib::GetEarlyStoppingRulesReply& reply) {
    grpc::ClientContext context;
    return stub->GetEarlyStoppingRules(&context, request, &reply);
  }

  grpc::Status Validate(const std::string& rule,
                        const std::vector<std::pair<std::string, std::string>>& settings) {
    katib::ValidateEarlyStoppingSettingsRequest request;
    request.mutable_early_stopping()->set_algorithm_name(rule);
    for (const auto& [name, value] : settings) {
      auto* setting = request.mutable_early_stopping()->add_algorithm_settings();
      setting->set_name(name);
      setting->set_value(value);
    }
    grpc::ClientContext context;
    katib::ValidateEarlyStoppingSettingsReply reply;
    return stub->ValidateEarlyStoppingSettings(&context, request, &reply);
  }

  LogsOfTrials logs;
  std::unique_ptr<grpc::Server> database;
  std::string database_address;
  std::unique_ptr<SuggestionServer> server = *SuggestionServer::Start("127.0.0.1:0");
  std::unique_ptr<katib::EarlyStopping::Stub> stub = katib::EarlyStopping::NewStub(
      grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials()));
};

katib::GetEarlyStoppingRulesRequest MedianRequest(katib::ObjectiveType type) {
  katib::GetEarlyStoppingRulesRequest request;
  auto* spec = request.mutable_experiment()->mutable_spec();
  spec->mutable_objective()->set_type(type);
  spec->mutable_objective()->set_objective_metric_name("accuracy");
  spec->mutable_early_stopping()->set_algorithm_name("medianstop");
  for (const auto& [name, value] :
       {std::pair{"min_trials_required", "3"}, std::pair{"start_step", "2"}}) {
    auto* setting = spec->mutable_early_stopping()->add_algorithm_settings();
    setting->set_name(name);
    setting->set_value(value);
  }
  return request;
}

void AddTrialTo(katib::GetEarlyStoppingRulesRequest& request, const std::string& name,
                katib::TrialStatus::TrialConditionType condition) {
  auto* trial = request.add_trials();
  trial->set_name(name);
  trial->mutable_status()->set_condition(condition);
}

}  // namespace

TEST_CASE("Katib's early stopping rules are the median of the ended trials' averages",
          "[early-stopping]") {
  StoppingServices services({{"a", {"0.2", "0.4", "0.9"}},
                             {"b", {"0.5", "unavailable", "0.5"}},
                             {"c", {"0.1", "0.2"}},
                             {"failed", {"0", "0"}},
                             {"running", {"0", "0"}}});
  auto request = MedianRequest(katib::MAXIMIZE);
  request.set_db_manager_address(services.database_address);
  AddTrialTo(request, "a", katib::TrialStatus::SUCCEEDED);
  AddTrialTo(request, "b", katib::TrialStatus::EARLYSTOPPED);
  AddTrialTo(request, "failed", katib::TrialStatus::FAILED);
  AddTrialTo(request, "running", katib::TrialStatus::RUNNING);
  AddTrialTo(request, "log is gone", katib::TrialStatus::SUCCEEDED);
  katib::GetEarlyStoppingRulesReply too_few;
  REQUIRE(services.Rules(request, too_few).ok());
  CHECK(too_few.early_stopping_rules_size() == 0);

  AddTrialTo(request, "c", katib::TrialStatus::SUCCEEDED);
  katib::GetEarlyStoppingRulesReply reply;
  const auto status = services.Rules(request, reply);
  INFO(status.error_message());
  REQUIRE(status.ok());
  REQUIRE(reply.early_stopping_rules_size() == 1);
  const auto& rule = reply.early_stopping_rules(0);
  CHECK(rule.name() == "accuracy");
  // Averages of the first two numbers: 0.3, 0.5, 0.15.
  CHECK(std::stod(rule.value()) == Approx(0.3));
  CHECK(rule.comparison() == katib::LESS);
  CHECK(rule.start_step() == 2);

  request.mutable_experiment()->mutable_spec()->mutable_objective()->set_type(katib::MINIMIZE);
  katib::GetEarlyStoppingRulesReply mirrored;
  REQUIRE(services.Rules(request, mirrored).ok());
  REQUIRE(mirrored.early_stopping_rules_size() == 1);
  CHECK(mirrored.early_stopping_rules(0).comparison() == katib::GREATER);
}

TEST_CASE("Bounds of a threshold are given as they were written", "[early-stopping]") {
  StoppingServices services({});
  auto request = MedianRequest(GENERATE(katib::MAXIMIZE, katib::MINIMIZE));
  auto* stopping = request.mutable_experiment()->mutable_spec()->mutable_early_stopping();
  stopping->set_algorithm_name("threshold");
  stopping->mutable_algorithm_settings(0)->set_name("lower");
  stopping->mutable_algorithm_settings(0)->set_value("0.25");
  katib::GetEarlyStoppingRulesReply reply;
  REQUIRE(services.Rules(request, reply).ok());
  REQUIRE(reply.early_stopping_rules_size() == 1);
  CHECK(reply.early_stopping_rules(0).value() == "0.25");
  CHECK(reply.early_stopping_rules(0).comparison() == katib::LESS);
}

TEST_CASE("A database that is not there is said to be the reason", "[early-stopping]") {
  StoppingServices services({});
  services.database->Shutdown();
  auto request = MedianRequest(katib::MINIMIZE);
  request.set_db_manager_address(services.database_address);
  AddTrialTo(request, "a", katib::TrialStatus::SUCCEEDED);
  katib::GetEarlyStoppingRulesReply reply;
  const auto status = services.Rules(request, reply);
  CHECK(status.error_code() == grpc::StatusCode::UNAVAILABLE);
  CHECK_THAT(status.error_message(),
             Catch::Contains(fmt::format("the DBManager at {}", services.database_address)));
}

TEST_CASE("What Katib's early stopping cannot say or know is refused", "[early-stopping]") {
  StoppingServices services({});
  CHECK(services.Validate("medianstop", {{"start_step", "3"}}).ok());
  const auto wrong = services.Validate("medianstop", {{"start_step", "0"}, {"stepp", "1"}});
  CHECK(wrong.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK_THAT(wrong.error_message(), Catch::Contains("start_step should be a whole number >= 1") &&
                                        Catch::Contains("unknown setting stepp"));
  const auto moving = services.Validate("asha", {});
  CHECK(moving.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  CHECK_THAT(moving.error_message(), Catch::Contains("medianstop, percentile, threshold"));

  katib::SetTrialStatusRequest request;
  request.set_trial_name("a");
  katib::SetTrialStatusReply reply;
  grpc::ClientContext context;
  CHECK(services.stub->SetTrialStatus(&context, request, &reply).error_code() ==
        grpc::StatusCode::UNIMPLEMENTED);
}

}  // namespace qalam
