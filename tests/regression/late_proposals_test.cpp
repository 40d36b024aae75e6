// Proposals that came after a user had lowered maxTrialCount, paused or stopped the experiment used
// to become trials all the same.

#include <absl/synchronization/notification.h>
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

// Proposes x=0.5 for every number, the first time only after it was let go.
class SlowSuggestions final : public v1::SuggestionService::Service {
 public:
  SlowSuggestions() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  grpc::Status Suggest(grpc::ServerContext*, const v1::SuggestRequest* request,
                       v1::SuggestReply* reply) override {
    if (!asked.HasBeenNotified()) asked.Notify();
    go_on.WaitForNotification();
    for (int i = 0; i < request->count(); ++i) {
      auto* proposal = reply->add_proposals();
      proposal->set_trial_number(request->first_trial_number() + i);
      auto* x = proposal->add_parameters();
      x->set_name("x");
      x->set_value("0.5");
    }
    return grpc::Status::OK;
  }
  grpc::Status Forget(grpc::ServerContext*, const v1::ForgetRequest*, v1::ForgetReply*) override {
    return grpc::Status::OK;
  }
  std::shared_ptr<grpc::Channel> Channel() { return server_->InProcessChannel({}); }

  absl::Notification asked, go_on;

 private:
  std::unique_ptr<grpc::Server> server_;
};

// Changes the experiment as a user's edit does.
void Edit(SimulatedExperiment& experiment, const std::function<void(ExperimentRecord&)>& change) {
  auto record = experiment.Record();
  change(record);
  WriteBatch batch;
  batch.update_experiments.push_back(record);
  REQUIRE(experiment.store().Commit(batch).ok());
  experiment.controller().Enqueue(record.uid);
}

}  // namespace

TEST_CASE("Proposals that come too late make no trial beyond the lowered budget", "[controller]") {
  SlowSuggestions suggestions;
  SimulatedExperiment experiment({.trials = 10, .parallel = 5},
                                 [](const TrialJob&, int) { return GoodRun(absl::Seconds(1)); });
  experiment.UseChannel(suggestions.Channel());
  experiment.StartController();
  suggestions.asked.WaitForNotification();
  Edit(experiment, [](ExperimentRecord& record) {
    auto document = Json::parse(record.document_json);
    document["spec"]["maxTrialCount"] = document["spec"]["parallelTrialCount"] = 2;
    record.document_json = document.dump();
  });
  suggestions.go_on.Notify();
  experiment.RunToEnd();
  CHECK(experiment.Record().reason == "MaxTrialsReached");
  CHECK(experiment.Trials().size() == 2);
}

TEST_CASE("Proposals that come after a stop make no trial", "[controller]") {
  SlowSuggestions suggestions;
  SimulatedExperiment experiment({.trials = 10, .parallel = 5},
                                 [](const TrialJob&, int) { return GoodRun(absl::Seconds(1)); });
  experiment.UseChannel(suggestions.Channel());
  experiment.StartController();
  suggestions.asked.WaitForNotification();
  Edit(experiment, [](ExperimentRecord& record) { record.stop_requested = true; });
  suggestions.go_on.Notify();
  experiment.RunToEnd();
  CHECK(experiment.Record().state == ExperimentState::kStopped);
  CHECK(experiment.Trials().empty());
}

}  // namespace qalam
