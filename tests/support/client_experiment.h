#pragma once

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "controller/controller.h"
#include "controller/operators/simulated_operator.h"
#include "suggestion/registry.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// One experiment that minimises "loss" and whose trials the test runs, as a client of the real
// controller, store and algorithms. Time stands still until the test moves it.
class ClientExperiment {
 public:
  // Further lines of the spec, in YAML's flow style, indented by two.
  explicit ClientExperiment(const std::string& spec)
      : store_(Value(OpenSqliteStore(directory_.File("qalam.db")))),
        world_(clock_, [](const TrialJob&, int) { return SimulatedRun(); }) {
    ExperimentRecord record;
    record.uid = "uid";
    record.name_space = "default";
    record.name = "asked";
    record.document_json = ToJson(ParseDocument(spec)).dump();
    record.seed = 7;
    record.created = clock_.Now();
    Check(store_->Commit({.create_experiments = {record}}));
    StartController();
  }

  Store& store() { return *store_; }
  Controller& controller() { return *controller_; }

  void StartController() {
    operator_ = MakeSimulatedOperator(world_);
    suggestions_ = std::make_unique<SuggestionClient>(*store_);
    controller_ = std::make_unique<Controller>(
        *store_, *operator_, *suggestions_, clock_,
        ControllerOptions{.resync_interval = absl::InfiniteDuration()});
    Check(controller_->Start());
  }
  // All that a process has in memory goes.
  void StopController() {
    controller_.reset();
    suggestions_.reset();
    operator_.reset();
  }
  // The controller sleeps by the wall clock, which knows nothing of this one.
  void Pass(Duration time) {
    clock_.Advance(time);
    controller_->Enqueue("uid");
  }

  std::future<StatusOr<AskAnswer>> BeginAsk(AskCall call, uint64_t* id = nullptr) {
    const auto promise = std::make_shared<std::promise<StatusOr<AskAnswer>>>();
    if (call.deadline == Time()) call.deadline = clock_.Now();
    call.answer = [promise](StatusOr<AskAnswer> answer) { promise->set_value(std::move(answer)); };
    const uint64_t given = controller_->Ask("uid", std::move(call));
    if (id != nullptr) *id = given;
    return promise->get_future();
  }
  // Up to `count` trials under the lease, without waiting.
  StatusOr<AskAnswer> Ask(const std::string& lease, int64_t count = 1) {
    return Get(BeginAsk({.count = count, .worker = "w-" + lease, .lease = lease}));
  }
  // What a call that may be patient waits for.
  AskCall Patient(const std::string& lease, Duration patience, int64_t count = 1) {
    return {.count = count,
            .worker = "w-" + lease,
            .lease = lease,
            .deadline = clock_.Now() + patience};
  }
  StatusOr<TrialRecord> Tell(TellCall call) {
    const auto promise = std::make_shared<std::promise<StatusOr<TrialRecord>>>();
    call.answer = [promise](StatusOr<TrialRecord> trial) { promise->set_value(std::move(trial)); };
    controller_->Tell("uid", std::move(call));
    return Get(promise->get_future());
  }
  StatusOr<TrialRecord> Tell(const TrialRecord& trial, double loss) {
    return Tell({.trial_uid = trial.uid, .lease = trial.lease, .objective_values = {loss}});
  }
  RenewCall::Answer Renew(const TrialRecord& trial) {
    using Answers = StatusOr<std::vector<RenewCall::Answer>>;
    const auto promise = std::make_shared<std::promise<Answers>>();
    controller_->Renew(
        "uid", {.items = {{trial.uid, trial.lease}},
                .answer = [promise](Answers answers) { promise->set_value(std::move(answers)); }});
    return Value(Get(promise->get_future())).front();
  }
  StatusOr<TrialRecord> Add(const std::string& x) {
    const auto promise = std::make_shared<std::promise<StatusOr<TrialRecord>>>();
    controller_->AddTrial(
        "uid", {.parameters = {{"x", x}}, .answer = [promise](StatusOr<TrialRecord> trial) {
                  promise->set_value(std::move(trial));
                }});
    return Get(promise->get_future());
  }

  ExperimentRecord Record() { return Value(store_->ListExperiments({.uid = "uid"})).front(); }
  std::vector<TrialRecord> Trials() { return Value(store_->ListTrials({.experiment_uid = "uid"})); }
  TrialRecord Stored(const TrialRecord& trial) {
    return Value(store_->ListTrials({.uid = trial.uid})).front();
  }
  std::vector<std::string> Events(const TrialRecord& trial) {
    std::vector<std::string> reasons;
    for (const auto& event :
         Value(store_->ListEvents({.experiment_uid = "uid", .trial_uid = trial.uid}))) {
      reasons.push_back(event.reason);
    }
    return reasons;
  }
  // As a user's edit does it.
  void Change(const std::function<void(ExperimentRecord&)>& change) {
    Status status;
    do {
      ExperimentRecord record = Record();
      change(record);
      status = store_->Commit({.update_experiments = {record}});
    } while (status.code() == StatusCode::kAborted);
    Check(status);
    controller_->Enqueue("uid");
  }

  template <typename T>
  static T Get(std::future<T> future) {
    if (future.wait_for(std::chrono::seconds(60)) != std::future_status::ready) {
      throw std::runtime_error("no answer came");
    }
    return future.get();
  }
  template <typename T>
  static T Value(StatusOr<T> value) {
    Check(value.status());
    return *std::move(value);
  }

 private:
  static void Check(const Status& status) {
    if (!status.ok()) throw std::runtime_error(Message(status));
  }

  static ExperimentDocument ParseDocument(const std::string& spec) {
    const auto parsed = ParseDocuments(fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: asked}}
spec:
  trialRunner: Client
  objective: {{type: minimize, objectiveMetricName: loss, goal: 0}}
  seed: 7
  {}
)",
                                                   spec),
                                       "asked", RegisteredAlgorithms());
    if (!parsed.faults.empty()) throw std::runtime_error(parsed.faults[0].ToString());
    return parsed.documents[0];
  }

  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  std::unique_ptr<Store> store_;
  SimulatedWorld world_;
  std::unique_ptr<TrialOperator> operator_;
  std::unique_ptr<SuggestionClient> suggestions_;
  std::unique_ptr<Controller> controller_;
};

}  // namespace qalam
