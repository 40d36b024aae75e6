#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {
namespace {

namespace katib = ::api::v1::beta1;

katib::Experiment Experiment(const std::string& algorithm) {
  katib::Experiment experiment;
  experiment.set_name("e");
  auto* spec = experiment.mutable_spec();
  spec->mutable_objective()->set_type(katib::MAXIMIZE);
  spec->mutable_objective()->set_objective_metric_name("accuracy");
  spec->mutable_algorithm()->set_algorithm_name(algorithm);
  for (const char* name : {"a", "b"}) {
    auto* parameter = spec->mutable_parameter_specs()->add_parameters();
    parameter->set_name(name);
    parameter->set_parameter_type(katib::DOUBLE);
    parameter->mutable_feasible_space()->set_min("0");
    parameter->mutable_feasible_space()->set_max("1");
  }
  return experiment;
}

struct Service {
  std::unique_ptr<SuggestionServer> server = *SuggestionServer::Start("127.0.0.1:0");
  std::shared_ptr<grpc::Channel> channel =
      grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials());
  std::unique_ptr<v1::SuggestionService::Stub> stub = v1::SuggestionService::NewStub(channel);
  std::unique_ptr<katib::Suggestion::Stub> katib_stub = katib::Suggestion::NewStub(channel);

  grpc::Status Suggest(const v1::SuggestRequest& request, v1::SuggestReply* reply) {
    grpc::ClientContext context;
    reply->Clear();
    return stub->Suggest(&context, request, reply);
  }
  grpc::Status Suggest(const katib::GetSuggestionsRequest& request,
                       katib::GetSuggestionsReply* reply) {
    grpc::ClientContext context;
    reply->Clear();
    return katib_stub->GetSuggestions(&context, request, reply);
  }
};

void AddResult(v1::SuggestRequest& request, const v1::SuggestReply::Proposal& proposal) {
  auto* result = request.add_results();
  result->set_number(proposal.trial_number());
  result->set_state(v1::TRIAL_SUCCEEDED);
  *result->mutable_parameters() = proposal.parameters();
  result->set_objective_value(std::stod(proposal.parameters(0).value()));
}

}  // namespace

TEST_CASE("A service that forgot everything proposes as if it had not", "[service]") {
  auto service = std::make_unique<Service>();
  v1::SuggestRequest request, whole;
  request.set_experiment_uid("u");
  *request.mutable_experiment() = Experiment("tpe");
  request.set_seed(5);
  request.set_count(1);
  v1::SuggestReply reply;
  for (int i = 0; i < 30; ++i) {
    request.set_first_trial_number(i);
    REQUIRE(service->Suggest(request, &reply).ok());
    REQUIRE(reply.proposals_size() == 1);
    CHECK(reply.history_token() == static_cast<uint64_t>(i));
    request.clear_results();
    request.set_history_token(reply.history_token());
    AddResult(request, reply.proposals(0));
    AddResult(whole, reply.proposals(0));
  }
  request.set_first_trial_number(30);
  REQUIRE(service->Suggest(request, &reply).ok());
  const std::string expected = reply.proposals(0).SerializeAsString();
  // The same call again, its answer having been lost.
  REQUIRE(service->Suggest(request, &reply).ok());
  CHECK(reply.proposals(0).SerializeAsString() == expected);

  service = std::make_unique<Service>();
  CHECK(service->Suggest(request, &reply).error_code() == grpc::StatusCode::FAILED_PRECONDITION);
  request.set_history_token(0);
  *request.mutable_results() = whole.results();
  REQUIRE(service->Suggest(request, &reply).ok());
  CHECK(reply.proposals(0).SerializeAsString() == expected);
  CHECK(reply.history_token() == 30);
}

TEST_CASE("A Katib session repeats, goes on and notices a changed history", "[service]") {
  Service service;
  katib::GetSuggestionsRequest request;
  *request.mutable_experiment() = Experiment("tpe");
  katib::GetSuggestionsReply reply;
  for (int i = 0; i < 15; ++i) {
    request.set_current_request_number(1);
    request.set_total_request_number(i + 1);
    REQUIRE(service.Suggest(request, &reply).ok());
    REQUIRE(reply.parameter_assignments_size() == 1);
    const std::string first = reply.SerializeAsString();
    REQUIRE(service.Suggest(request, &reply).ok());
    CHECK(reply.SerializeAsString() == first);
    auto* trial = request.add_trials();
    trial->set_name("t" + std::to_string(i));
    for (const auto& one : reply.parameter_assignments(0).assignments()) {
      *trial->mutable_spec()->mutable_parameter_assignments()->add_assignments() = one;
    }
    trial->mutable_status()->set_condition(katib::TrialStatus::SUCCEEDED);
    auto* metric = trial->mutable_status()->mutable_observation()->add_metrics();
    metric->set_name("accuracy");
    metric->set_value(i % 4 == 0 ? "unavailable" : "0.5");
  }
  request.mutable_trials()->RemoveLast();
  CHECK(service.Suggest(request, &reply).ok());
}

TEST_CASE("Bad requests get a plain INVALID_ARGUMENT", "[service]") {
  Service service;
  katib::GetSuggestionsRequest request;
  *request.mutable_experiment() = Experiment("random");
  request.set_current_request_number(1);
  auto* spec = request.mutable_experiment()->mutable_spec();
  std::string expected;
  switch (GENERATE(range(0, 8))) {
    case 0:
      request.mutable_experiment()->clear_name();
      expected = "name is missing";
      break;
    case 1:
      spec->mutable_algorithm()->set_algorithm_name("magic");
      expected = "unknown algorithm name magic";
      break;
    case 2:
      request.set_current_request_number(-1);
      expected = "should be from 0";
      break;
    case 3:
      request.set_current_request_number(2000000000);
      expected = "should be from 0";
      break;
    case 4:
      spec->mutable_parameter_specs()->Clear();
      expected = "no parameter";
      break;
    case 5:
      spec->mutable_parameter_specs()->mutable_parameters(0)->mutable_feasible_space()->set_max(
          "nan");
      expected = "finite number";
      break;
    case 6:
      request.add_trials()->set_name("t");
      request.add_trials()->set_name("t");
      expected = "two trials named t";
      break;
    default: {
      auto* trial = request.add_trials();
      trial->set_name("t");
      trial->mutable_status()->set_condition(katib::TrialStatus::SUCCEEDED);
      auto* one = trial->mutable_spec()->mutable_parameter_assignments()->add_assignments();
      one->set_name("a");
      one->set_value("7");
      expected = "outside 0 to 1";
    }
  }
  CAPTURE(expected);
  katib::GetSuggestionsReply reply;
  const auto status = service.Suggest(request, &reply);
  CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
  INFO(status.error_message());
  CHECK(status.error_message().find(expected) != std::string::npos);
}

TEST_CASE("ValidateAlgorithmSettings speaks Katib's way", "[service]") {
  Service service;
  katib::ValidateAlgorithmSettingsRequest request;
  *request.mutable_experiment() = Experiment("tpe");
  auto* setting =
      request.mutable_experiment()->mutable_spec()->mutable_algorithm()->add_algorithm_settings();
  setting->set_name("n_EI_candidates");
  setting->set_value(GENERATE("24", "0"));
  grpc::ClientContext context;
  katib::ValidateAlgorithmSettingsReply reply;
  const auto status = service.katib_stub->ValidateAlgorithmSettings(&context, request, &reply);
  CHECK(status.ok() == (setting->value() == "24"));
  if (!status.ok()) CHECK(status.error_message().find("n_EI_candidates should be") == 0);
}

}  // namespace qalam
