// Katib's architecture searches over its own API.

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <set>

#include "api/proto/api_v1_beta1.grpc.pb.h"
#include "nas/architecture/chain_architecture.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {
namespace {

namespace katib = ::api::v1::beta1;

katib::Experiment NasExperiment(const std::string& algorithm) {
  katib::Experiment experiment;
  experiment.set_name("nas");
  auto* spec = experiment.mutable_spec();
  spec->mutable_objective()->set_type(katib::MAXIMIZE);
  spec->mutable_objective()->set_objective_metric_name("Validation-Accuracy");
  spec->mutable_algorithm()->set_algorithm_name(algorithm);
  auto* graph = spec->mutable_nas_config()->mutable_graph_config();
  graph->set_num_layers(4);
  for (const int size : {32, 32, 3}) graph->add_input_sizes(size);
  graph->add_output_sizes(10);
  for (const char* type : {"convolution", "separable_convolution"}) {
    auto* operation = spec->mutable_nas_config()->mutable_operations()->add_operation();
    operation->set_operation_type(type);
    auto* parameter = operation->mutable_parameter_specs()->add_parameters();
    parameter->set_name("filter_size");
    parameter->set_parameter_type(katib::CATEGORICAL);
    for (const char* size : {"3", "5", "7"}) parameter->mutable_feasible_space()->add_list(size);
  }
  return experiment;
}

struct NasServices {
  std::unique_ptr<SuggestionServer> server = *SuggestionServer::Start("127.0.0.1:0");
  std::unique_ptr<katib::Suggestion::Stub> stub = katib::Suggestion::NewStub(
      grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials()));

  katib::GetSuggestionsReply Suggest(const katib::GetSuggestionsRequest& request) {
    grpc::ClientContext context;
    katib::GetSuggestionsReply reply;
    const auto status = stub->GetSuggestions(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
    return reply;
  }

  grpc::Status Validate(const katib::Experiment& experiment) {
    grpc::ClientContext context;
    katib::ValidateAlgorithmSettingsRequest request;
    *request.mutable_experiment() = experiment;
    katib::ValidateAlgorithmSettingsReply reply;
    return stub->ValidateAlgorithmSettings(&context, request, &reply);
  }
};

}  // namespace

TEST_CASE("A Katib client gets architectures and a restart goes on", "[service][nas]") {
  const std::string algorithm = GENERATE("enas", "random", "evolution");
  CAPTURE(algorithm);
  NasServices service;
  CHECK(service.Validate(NasExperiment(algorithm)).ok());
  katib::GetSuggestionsRequest request;
  *request.mutable_experiment() = NasExperiment(algorithm);
  std::set<std::string> architectures;
  katib::GetSuggestionsReply reply;
  for (int round = 0; round < 6; ++round) {
    request.set_current_request_number(3);
    request.set_total_request_number(3 * round + 3);
    reply = service.Suggest(request);
    REQUIRE(reply.parameter_assignments_size() == 3);
    for (int i = 0; i < 3; ++i) {
      const auto& assignments = reply.parameter_assignments(i).assignments();
      REQUIRE(assignments.size() == 2);
      REQUIRE(assignments[0].name() == "architecture");
      REQUIRE(assignments[1].name() == "nn_config");
      const auto network = nas::ParseChainNetwork(assignments[0].value(), assignments[1].value());
      REQUIRE(network.ok());
      CHECK(network->layers.size() == 4);
      CHECK(architectures.insert(assignments[0].value()).second);
      auto* trial = request.add_trials();
      trial->set_name(fmt::format("t{}", 3 * round + i));
      for (const auto& one : assignments) {
        *trial->mutable_spec()->mutable_parameter_assignments()->add_assignments() = one;
      }
      trial->mutable_status()->set_condition(katib::TrialStatus::SUCCEEDED);
      auto* metric = trial->mutable_status()->mutable_observation()->add_metrics();
      metric->set_name("Validation-Accuracy");
      metric->set_value(fmt::format("0.{}", 10 + 7 * i + round));
    }
  }
  request.set_total_request_number(21);
  const std::string expected = service.Suggest(request).SerializeAsString();
  NasServices restarted;
  CHECK(restarted.Suggest(request).SerializeAsString() == expected);
}

TEST_CASE("A Katib client gets the search of darts as often as it asks", "[service][nas]") {
  NasServices service;
  katib::GetSuggestionsRequest request;
  *request.mutable_experiment() = NasExperiment("darts");
  CHECK(service.Validate(request.experiment()).ok());
  request.set_current_request_number(2);
  request.set_total_request_number(2);
  for (int ask = 0; ask < 2; ++ask) {
    const auto reply = service.Suggest(request);
    REQUIRE(reply.parameter_assignments_size() == 2);
    const auto& assignments = reply.parameter_assignments(1).assignments();
    REQUIRE(assignments.size() == 3);
    CHECK(assignments[0].name() == "algorithm-settings");
    CHECK(assignments[1].value() ==
          "['convolution_3x3', 'convolution_5x5', 'convolution_7x7', "
          "'separable_convolution_3x3', 'separable_convolution_5x5', "
          "'separable_convolution_7x7']");
    CHECK(assignments[2].name() == "num-layers");
    CHECK(assignments[2].value() == "4");
    auto* trial = request.add_trials();
    trial->set_name(fmt::format("t{}", ask));
    for (const auto& one : assignments) {
      *trial->mutable_spec()->mutable_parameter_assignments()->add_assignments() = one;
    }
    trial->mutable_status()->set_condition(katib::TrialStatus::FAILED);
    request.set_total_request_number(4);
  }
}

TEST_CASE("Unsound architecture searches are refused over the API", "[service][nas]") {
  NasServices service;
  const std::string algorithm = GENERATE("enas", "darts");
  const auto refusal = [&](void (*spoil)(katib::ExperimentSpec&)) {
    katib::Experiment experiment = NasExperiment(algorithm);
    spoil(*experiment.mutable_spec());
    const auto status = service.Validate(experiment);
    CHECK(status.error_code() == grpc::StatusCode::INVALID_ARGUMENT);
    return status.error_message();
  };
  CHECK_THAT(refusal([](katib::ExperimentSpec& spec) { spec.clear_nas_config(); }),
             Catch::Contains("no parameter"));
  CHECK_THAT(refusal([](katib::ExperimentSpec& spec) {
               spec.mutable_nas_config()->mutable_graph_config()->set_num_layers(200);
             }),
             Catch::Contains("1 to 100 layers"));
  CHECK_THAT(
      refusal([](katib::ExperimentSpec& spec) { spec.mutable_nas_config()->clear_operations(); }),
      Catch::Contains("no operation"));
  CHECK_THAT(refusal([](katib::ExperimentSpec& spec) {
               spec.mutable_nas_config()
                   ->mutable_operations()
                   ->mutable_operation(1)
                   ->clear_parameter_specs();
             }),
             Catch::Contains("separable_convolution has no parameters"));
  CHECK_THAT(refusal([](katib::ExperimentSpec& spec) {
               auto* setting = spec.mutable_algorithm()->add_algorithm_settings();
               setting->set_name("controller_temperature");
               setting->set_value("0");
             }),
             Catch::Contains("controller_temperature"));
}

}  // namespace qalam
