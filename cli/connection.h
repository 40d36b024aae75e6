#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "cli/verb.h"
#include "server/server.h"

namespace qalam {

// Who answers a verb: the server that was named, a live one on the same database, or one inside
// this process.
class Connection {
 public:
  // kView only reads; kRun may run trials, but only of experiments this process starts.
  enum class Mode { kView, kRun };
  // One in this process also serves the web UI when `with_web_ui` says so, and runs its trials on
  // `engine`.
  static StatusOr<std::unique_ptr<Connection>> Open(const CommonOptions& options, Mode mode,
                                                    bool with_web_ui = false,
                                                    const OperatorChoice& engine = {});

  v1::ExperimentService::Stub& stub() { return *stub_; }
  // For the server's other services.
  const std::shared_ptr<grpc::Channel>& channel() const { return channel_; }
  bool is_embedded() const { return server_ != nullptr; }
  const std::string& address() const { return address_; }

 private:
  std::string address_;  // of the server that is not in this process
  std::unique_ptr<Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ExperimentService::Stub> stub_;
};

v1::ExperimentName MakeName(const CommonOptions& options, const std::string& name);
StatusOr<v1::Experiment> GetExperiment(Connection& connection, const v1::ExperimentName& name,
                                       bool with_best_trials = false);
// Every page.
StatusOr<std::vector<v1::Trial>> ListTrials(Connection& connection, const v1::ExperimentName& name);

}  // namespace qalam
