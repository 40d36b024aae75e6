// What a document says beyond a Katib experiment reaches the sampler over gRPC.

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "api/convert.h"
#include "api/proto/qalam_v1.grpc.pb.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {
namespace {

ExperimentDocument Document() {
  ExperimentDocument document;
  document.metadata.name = "e";
  ExperimentSpec& spec = document.spec;
  spec.algorithm.name = "random";
  spec.objective = {.type = ObjectiveType::kMinimize, .metric_name = "loss"};
  spec.objective.additional_metric_names = {"latency"};
  spec.objective.additional_objectives = {{"size", ObjectiveType::kMaximize, 3.0}};
  spec.parameters.resize(3);
  for (int i = 0; i < 2; ++i) {
    spec.parameters[i].name = i == 0 ? "a" : "b";
    spec.parameters[i].feasible_space = {.min = "0", .max = "1"};
  }
  spec.parameters[2] = {.name = "kind", .type = ParameterType::kCategorical};
  spec.parameters[2].feasible_space.list = {"x", "y"};
  spec.parameters[1].active_when = ActiveWhen{"kind", {"x"}};
  spec.constraints = {"a + b <= 0.5", "latency <= 100"};
  spec.initial_trials = {{{"a", "0.125"}, {"kind", "y"}}};
  spec.warm_start.trials = {{{{"a", "0.75"}, {"kind", "y"}}, {{"loss", 1}, {"size", 2}}}};
  spec.parallel_trial_count = 7;
  spec.max_trial_count = 70;
  return document;
}

}  // namespace

TEST_CASE("Additions survive the messages", "[service]") {
  const ExperimentDocument document = Document();
  auto spec = *FromKatibProto(ToKatibProto(document).spec());
  REQUIRE(AddAdditions(ToAdditions(document.spec), spec).ok());
  CHECK(ToAdditions(spec).SerializeAsString() == ToAdditions(document.spec).SerializeAsString());
  CHECK(spec.parameters[1].active_when->values == std::vector<std::string>{"x"});
  CHECK(spec.constraints == document.spec.constraints);
  CHECK(spec.initial_trials == document.spec.initial_trials);
  CHECK(spec.warm_start.trials[0].metrics == document.spec.warm_start.trials[0].metrics);
  CHECK(spec.objective.additional_objectives[0].goal == 3);
  CHECK(spec.objective.additional_metric_names == std::vector<std::string>{"latency"});
  // A sampler may plan by both.
  CHECK(spec.parallel_trial_count == 7);
  CHECK(spec.max_trial_count == 70);
}

TEST_CASE("A suggestion honours conditions, constraints and initial trials", "[service]") {
  const ExperimentDocument document = Document();
  const auto server = *SuggestionServer::Start("");
  const auto stub = v1::SuggestionService::NewStub(server->InProcessChannel());
  v1::SuggestRequest request;
  request.set_experiment_uid("u");
  *request.mutable_experiment() = ToKatibProto(document);
  *request.mutable_additions() = ToAdditions(document.spec);
  request.set_count(40);
  v1::SuggestReply reply;
  {
    grpc::ClientContext context;
    const auto status = stub->Suggest(&context, request, &reply);
    INFO(status.error_message());
    REQUIRE(status.ok());
  }
  REQUIRE(reply.proposals_size() == 40);
  CHECK(reply.proposals(0).parameters(0).value() == "0.125");
  for (const auto& proposal : reply.proposals()) {
    const int size = proposal.parameters_size();
    REQUIRE((size == 2 || size == 3));
    CHECK(proposal.parameters(size - 1).value() == (size == 3 ? "x" : "y"));
    if (size == 3) {
      CHECK(std::stod(proposal.parameters(0).value()) + std::stod(proposal.parameters(1).value()) <=
            0.5);
    }
  }
  // An experiment that was changed is another one, although its Katib part is the same.
  request.set_history_token(1);
  request.mutable_additions()->add_constraints("a > 0.1");
  grpc::ClientContext context;
  CHECK(stub->Suggest(&context, request, &reply).error_code() ==
        grpc::StatusCode::FAILED_PRECONDITION);
}

}  // namespace qalam
