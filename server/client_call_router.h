#pragma once

#include <grpcpp/grpcpp.h>

#include "api/proto/qalam_v1.grpc.pb.h"
#include "server/client_trials.h"
#include "server/peers.h"

namespace qalam {

// The calls of clients that run trials: each is for the server that has its experiment, here or
// elsewhere.
class ClientCallRouter {
 public:
  // `peers` is null where this server has all.
  ClientCallRouter(ClientTrials& clients, Peers* peers) : clients_(clients), peers_(peers) {}

  using Done = ClientTrials::Done;

  // As those of ClientTrials.
  std::function<void()> Ask(const grpc::CallbackServerContext& context,
                            const v1::AskTrialsRequest& request, v1::AskTrialsReply& reply,
                            const ClientTrials::StillGood& still_good, const Done& done);
  void Tell(const grpc::CallbackServerContext& context, const v1::TellTrialRequest& request,
            v1::Trial& reply, const Done& done);
  void TellMany(const grpc::CallbackServerContext& context, const v1::TellTrialsRequest& request,
                v1::TellTrialsReply& reply, const Done& done);
  void Renew(const grpc::CallbackServerContext& context, const v1::RenewLeasesRequest& request,
             v1::RenewLeasesReply& reply, const Done& done);
  void Add(const grpc::CallbackServerContext& context, const v1::AddTrialRequest& request,
           v1::Trial& reply, const Done& done);
  // Where another server has the experiment of the first trial, its answer.
  std::optional<Status> Report(const grpc::ServerContext& context,
                               const v1::ReportMetricsRequest& request,
                               v1::ReportMetricsReply& reply);

 private:
  std::shared_ptr<Peers::Stub> HolderOf(const grpc::ServerContextBase& context,
                                        const v1::ExperimentName& experiment) {
    return peers_ == nullptr ? nullptr : peers_->HolderOf(context, experiment);
  }

  ClientTrials& clients_;
  Peers* const peers_;
};

}  // namespace qalam
