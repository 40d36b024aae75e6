// The experiment that requests of the fuzz targets find in the server: default/a, which clients
// run, with a trial that has ended and two that go on.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "tests/fuzz/fuzz_input.h"

namespace qalam {

class KnownExperiment {
 public:
  explicit KnownExperiment(const std::shared_ptr<grpc::Channel>& channel)
      : stub_(v1::ExperimentService::NewStub(channel)) {}

  // Removes every experiment and makes this one, so that what an input finds does not depend on
  // those before it.
  void Renew() {
    RemoveAll();
    v1::CreateExperimentsRequest document;
    document.set_document(kDocument);
    v1::CreateExperimentsReply created;
    Call(&Stub::CreateExperiments, document, created);
    v1::AskTrialsRequest ask;
    ask.mutable_experiment()->set_name("a");
    ask.set_count(kTrials);
    ask.set_lease("l");
    v1::AskTrialsReply asked;
    Call(&Stub::AskTrials, ask, asked);
    trials_.clear();
    for (const auto& trial : asked.trials()) trials_.push_back(trial.name());
    FUZZ_CHECK(trials_.size() == kTrials);
    TellFirst();
  }

  // `request` with the names that trials have got in place of a-00000000, a-00000001 and
  // a-00000002, which are as long, so that lengths before them hold.
  std::string WithNames(std::string_view request) const {
    std::string text(request);
    for (size_t i = 0; i < trials_.size(); ++i) {
      const std::string placeholder = "a-0000000" + std::to_string(i);
      FUZZ_CHECK(placeholder.size() == trials_[i].size());
      for (size_t at = text.find(placeholder); at != std::string::npos;
           at = text.find(placeholder, at)) {
        text.replace(at, placeholder.size(), trials_[i]);
      }
    }
    return text;
  }

 private:
  using Stub = v1::ExperimentService::Stub;
  static constexpr int kTrials = 3;
  static constexpr char kDocument[] = R"(
apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {name: a}
spec:
  trialRunner: Client
  seed: 1
  objective: {type: minimize, objectiveMetricName: loss, additionalMetricNames: [accuracy]}
  algorithm: {algorithmName: random}
  earlyStopping: {algorithmName: medianstop}
  maxTrialCount: 100
  parameters:
    - {name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}
    - {name: n, parameterType: int, feasibleSpace: {min: "1", max: "9"}}
    - {name: k, parameterType: categorical, feasibleSpace: {list: [a, b]}}
)";

  template <typename Request, typename Reply>
  void Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Reply*),
            const Request& request, Reply& reply) {
    grpc::ClientContext context;
    const grpc::Status status = (stub_.get()->*method)(&context, request, &reply);
    if (!status.ok()) std::fprintf(stderr, "%s\n", status.error_message().c_str());
    FUZZ_CHECK(status.ok());
  }
  void RemoveAll() {
    v1::ListExperimentsReply all;
    Call(&Stub::ListExperiments, v1::ListExperimentsRequest(), all);
    for (const auto& experiment : all.experiments()) {
      v1::ExperimentName name;
      name.set_namespace_(experiment.namespace_());
      name.set_name(experiment.name());
      v1::DeleteExperimentReply deleted;
      Call(&Stub::DeleteExperiment, name, deleted);
    }
  }
  void TellFirst() {
    v1::TellTrialRequest tell;
    tell.mutable_trial()->set_name(trials_[0]);
    tell.set_lease("l");
    tell.add_objective_values(0.5);
    for (int step = 0; step < 4; ++step) {
      auto& point = *tell.add_metrics();
      point.set_metric(step % 2 == 0 ? "loss" : "accuracy");
      point.set_step(step);
      point.set_value(0.25 * step);
    }
    v1::Trial told;
    Call(&Stub::TellTrial, tell, told);
  }

  std::unique_ptr<Stub> stub_;
  std::vector<std::string> trials_;
};

}  // namespace qalam
