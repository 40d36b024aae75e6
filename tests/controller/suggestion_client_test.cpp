// The algorithms of one's own process and a service at an address, through the same client.

#include "controller/suggestion_client.h"

#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "suggestion/registry.h"
#include "suggestion/service/suggestion_server.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

ExperimentDocument TpeDocument() {
  const auto parsed = ParseDocuments(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: suggested}
spec:
  trialRunner: Client
  objective: {type: minimize, objectiveMetricName: loss}
  algorithm: {algorithmName: tpe}
  maxTrialCount: 100
  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
)",
                                     "suggested", RegisteredAlgorithms());
  REQUIRE(parsed.faults.empty());
  return parsed.documents[0];
}

// A store with one experiment, whose trials the test adds.
class Suggested {
 public:
  Suggested() : document_(TpeDocument()) {
    experiment_.uid = "uid";
    experiment_.name_space = "default";
    experiment_.name = "suggested";
    experiment_.document_json = ToJson(document_).dump();
    experiment_.seed = 7;
    REQUIRE(store_->Commit({.create_experiments = {experiment_}}).ok());
  }
  Store& store() { return *store_; }

  // Asks for three, stores them as ended, and so on; gives all parameters in order.
  std::vector<std::vector<Assignment>> Run(SuggestionClient& client, int rounds) {
    std::vector<std::vector<Assignment>> all;
    for (int i = 0; i < rounds; ++i) {
      const auto suggestions = client.Suggest(experiment_, document_, next_number_, 3);
      REQUIRE(suggestions.ok());
      REQUIRE(suggestions->trials.size() == 3);
      WriteBatch batch;
      for (const auto& suggested : suggestions->trials) {
        all.push_back(suggested.parameters);
        TrialRecord trial;
        trial.uid = "trial-" + std::to_string(suggested.number);
        trial.experiment_uid = "uid";
        trial.number = suggested.number;
        trial.name = trial.uid;
        trial.parameters = suggested.parameters;
        trial.labels = suggested.labels;
        trial.state = TrialState::kSucceeded;
        trial.objective_value = std::stod(suggested.parameters[0].value);
        batch.create_trials.push_back(std::move(trial));
        next_number_ = suggested.number + 1;
      }
      REQUIRE(store_->Commit(batch).ok());
    }
    return all;
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_ = *OpenSqliteStore(directory_.File("qalam.db"));
  const ExperimentDocument document_;
  ExperimentRecord experiment_;
  int64_t next_number_ = 0;
};

}  // namespace

TEST_CASE("The algorithms of one's own process propose what a service at an address does",
          "[suggestions]") {
  const auto server = *SuggestionServer::Start("127.0.0.1:0");
  Suggested here, there;
  SuggestionClient local(here.store());
  SuggestionClient remote(
      grpc::CreateChannel(server->address(), grpc::InsecureChannelCredentials()), there.store());
  const auto proposed = here.Run(local, 8);
  CHECK(proposed.size() == 24);
  CHECK(proposed == there.Run(remote, 8));
}

TEST_CASE("What one's own algorithms have forgotten is read from the store", "[suggestions]") {
  Suggested interrupted, whole;
  SuggestionClient first(interrupted.store()), other(whole.store());
  auto proposed = interrupted.Run(first, 4);
  const bool by_forgetting = GENERATE(true, false);
  CAPTURE(by_forgetting);
  if (by_forgetting) {
    first.Forget("uid");
    for (auto& parameters : interrupted.Run(first, 4)) proposed.push_back(std::move(parameters));
  } else {
    SuggestionClient second(interrupted.store());
    for (auto& parameters : interrupted.Run(second, 4)) proposed.push_back(std::move(parameters));
  }
  CHECK(proposed == whole.Run(other, 8));
}

TEST_CASE("One's own algorithms refuse an experiment that they cannot go on with",
          "[suggestions]") {
  TemporaryDirectory directory;
  const auto store = *OpenSqliteStore(directory.File("qalam.db"));
  SuggestionClient client(*store);
  ExperimentDocument document = TpeDocument();
  document.spec.algorithm.name = "unheard-of";
  ExperimentRecord experiment;
  experiment.uid = "uid";
  const auto suggestions = client.Suggest(experiment, document, 0, 1);
  CHECK(suggestions.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(suggestions.status()).find("unheard-of") != std::string::npos);
}

}  // namespace qalam
