// Calls about an experiment that another server runs go to that one.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>

#include <map>
#include <memory>
#include <string>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "controller/experiment_gate.h"
#include "db/experiment_leases.h"
#include "server/known_experiments.h"

namespace qalam {

// Thread-safe.
class Peers {
 public:
  using Stub = v1::ExperimentService::Stub;

  // How others are reached, and who this server is to them, is for `connect` to know.
  Peers(Store& store, ExperimentLeases& leases, ExperimentGate& gate,
        std::function<std::shared_ptr<grpc::Channel>(const std::string& address)> connect)
      : leases_(leases), gate_(gate), connect_(std::move(connect)), known_(store) {}

  // The server that a call about the experiment is for; null: this one, also when nobody holds the
  // experiment just now. A call that was passed on once goes no further.
  std::shared_ptr<Stub> HolderOf(const grpc::ServerContextBase& context,
                                 const v1::ExperimentName& experiment);
  // The context of a call that passes another one on, with its deadline and cancellation.
  static std::shared_ptr<grpc::ClientContext> PassOn(const grpc::CallbackServerContext& context);
  static std::shared_ptr<grpc::ClientContext> PassOn(const grpc::ServerContext& context);

 private:
  std::shared_ptr<Stub> StubFor(const std::string& address);

  ExperimentLeases& leases_;
  ExperimentGate& gate_;
  const std::function<std::shared_ptr<grpc::Channel>(const std::string&)> connect_;
  KnownExperiments known_;
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<Stub>> stubs_ ABSL_GUARDED_BY(mutex_);  // by address
};

}  // namespace qalam
