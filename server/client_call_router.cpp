#include "server/client_call_router.h"

#include <absl/synchronization/mutex.h>

#include "api/grpc_status.h"
#include "controller/experiment_run.h"

namespace qalam {

namespace {

using StubPointer = std::shared_ptr<Peers::Stub>;
using Done = ClientTrials::Done;

// A call's parts, each for one server.
template <typename Request, typename Reply>
class SplitCall {
 public:
  struct Part {
    StubPointer holder;  // null: here
    Request request;
    Reply reply;
    std::vector<int> places;  // of its items in the whole
  };

  SplitCall(Reply& reply, Done done) : reply_(reply), done_(std::move(done)) {}

  Part& PartFor(const StubPointer& holder) {
    for (auto& part : parts_) {
      if (part->holder == holder) return *part;
    }
    parts_.push_back(std::make_unique<Part>());
    parts_.back()->holder = holder;
    return *parts_.back();
  }
  std::vector<std::unique_ptr<Part>>& parts() { return parts_; }

  // Of one part. The last one answers the whole, with the first error if there is one.
  void End(const Status& status) {
    {
      absl::MutexLock lock(&mutex_);
      status_.Update(status);
      if (++ended_ < parts_.size()) return;
    }
    for (const auto& part : parts_) {
      for (size_t i = 0; i < part->places.size(); ++i) reply_.add_answers();
    }
    if (status_.ok()) {
      for (auto& part : parts_) {
        for (size_t i = 0; i < part->places.size(); ++i) {
          reply_.mutable_answers(part->places[i])
              ->Swap(part->reply.mutable_answers(static_cast<int>(i)));
        }
      }
    }
    done_(status_);
  }

 private:
  Reply& reply_;
  const Done done_;
  std::vector<std::unique_ptr<Part>> parts_;
  absl::Mutex mutex_;
  size_t ended_ = 0;
  Status status_;
};

// Where the call goes when it is passed on: `call(stub, context, request, reply, callback)`.
template <typename Request, typename Reply, typename Call>
void PassOnTo(const grpc::CallbackServerContext& context, const StubPointer& holder,
              const Request& request, Reply& reply, const Call& call, const Done& done) {
  const auto passed = Peers::PassOn(context);
  call(*holder->async(), passed.get(), &request, &reply,
       [passed, holder, done](const grpc::Status& status) { done(FromGrpc(status)); });
}

// `find_holder(item)` says where an item is for; `here` and `call` do it here and elsewhere.
template <typename Request, typename Reply, typename FindHolder, typename Items, typename Here,
          typename Call>
void RouteMany(const grpc::CallbackServerContext& context, const Request& request, Reply& reply,
               const Done& done, const FindHolder& find_holder, const Items& items,
               const Here& here, const Call& call) {
  const auto split = std::make_shared<SplitCall<Request, Reply>>(reply, done);
  int place = 0;
  for (const auto& item : items.In(request)) {
    auto& part = split->PartFor(find_holder(item));
    *items.Of(part.request).Add() = item;
    part.places.push_back(place++);
  }
  // Whole where it is for one server, this one too: an empty one has its answer as well.
  if (split->parts().size() <= 1) {
    const auto holder = split->parts().empty() ? nullptr : split->parts().front()->holder;
    return holder == nullptr ? here(request, reply, done)
                             : PassOnTo(context, holder, request, reply, call, done);
  }
  const auto end = [split](const Status& status) { split->End(status); };
  for (auto& part : split->parts()) {
    part->holder == nullptr
        ? here(part->request, part->reply, end)
        : PassOnTo(context, part->holder, part->request, part->reply, call, end);
  }
}

// Where the items of a request are.
struct ToldTrials {
  const auto& In(const v1::TellTrialsRequest& request) const { return request.trials(); }
  auto& Of(v1::TellTrialsRequest& request) const { return *request.mutable_trials(); }
};
struct RenewedLeases {
  const auto& In(const v1::RenewLeasesRequest& request) const { return request.leases(); }
  auto& Of(v1::RenewLeasesRequest& request) const { return *request.mutable_leases(); }
};

v1::ExperimentName ExperimentOf(const v1::TrialName& trial) {
  v1::ExperimentName name;
  name.set_namespace_(trial.namespace_());
  name.set_name(ExperimentOfTrial(trial.name()));
  return name;
}

}  // namespace

std::function<void()> ClientCallRouter::Ask(const grpc::CallbackServerContext& context,
                                            const v1::AskTrialsRequest& request,
                                            v1::AskTrialsReply& reply,
                                            const ClientTrials::StillGood& still_good,
                                            const Done& done) {
  const auto holder = HolderOf(context, request.experiment());
  if (holder == nullptr) return clients_.Ask(request, reply, still_good, done);
  PassOnTo(
      context, holder, request, reply,
      [](auto& stub, auto... arguments) { stub.AskTrials(arguments...); },
      // The other server knows this one alone.
      [still_good, done](const Status& status) { done(status.ok() ? still_good() : status); });
  // The call that passes it on is cancelled with it.
  return nullptr;
}

void ClientCallRouter::Tell(const grpc::CallbackServerContext& context,
                            const v1::TellTrialRequest& request, v1::Trial& reply,
                            const Done& done) {
  const auto holder = HolderOf(context, ExperimentOf(request.trial()));
  if (holder == nullptr) return clients_.Tell(request, reply, done);
  PassOnTo(
      context, holder, request, reply,
      [](auto& stub, auto... arguments) { stub.TellTrial(arguments...); }, done);
}

void ClientCallRouter::TellMany(const grpc::CallbackServerContext& context,
                                const v1::TellTrialsRequest& request, v1::TellTrialsReply& reply,
                                const Done& done) {
  RouteMany(
      context, request, reply, done,
      [&](const auto& item) { return HolderOf(context, ExperimentOf(item.trial())); }, ToldTrials(),
      [this](const auto& part, auto& answer, const Done& end) {
        clients_.TellMany(part, answer, end);
      },
      [](auto& stub, auto... arguments) { stub.TellTrials(arguments...); });
}

void ClientCallRouter::Renew(const grpc::CallbackServerContext& context,
                             const v1::RenewLeasesRequest& request, v1::RenewLeasesReply& reply,
                             const Done& done) {
  RouteMany(
      context, request, reply, done,
      [&](const auto& item) { return HolderOf(context, ExperimentOf(item.trial())); },
      RenewedLeases(),
      [this](const auto& part, auto& answer, const Done& end) {
        clients_.Renew(part, answer, end);
      },
      [](auto& stub, auto... arguments) { stub.RenewLeases(arguments...); });
}

void ClientCallRouter::Add(const grpc::CallbackServerContext& context,
                           const v1::AddTrialRequest& request, v1::Trial& reply, const Done& done) {
  const auto holder = HolderOf(context, request.experiment());
  if (holder == nullptr) return clients_.Add(request, reply, done);
  PassOnTo(
      context, holder, request, reply,
      [](auto& stub, auto... arguments) { stub.AddTrial(arguments...); }, done);
}

std::optional<Status> ClientCallRouter::Report(const grpc::ServerContext& context,
                                               const v1::ReportMetricsRequest& request,
                                               v1::ReportMetricsReply& reply) {
  if (request.trials().empty()) return std::nullopt;
  const auto holder = HolderOf(context, ExperimentOf(request.trials(0).trial()));
  if (holder == nullptr) return std::nullopt;
  const auto passed = Peers::PassOn(context);
  const Status status = FromGrpc(holder->ReportMetrics(passed.get(), request, &reply));
  if (status.code() != StatusCode::kUnavailable) return status;
  // It has gone, and nobody has taken over yet. Points can be stored without a holder; at worst one
  // is stored twice that it had stored just before.
  reply.Clear();
  return std::nullopt;
}

}  // namespace qalam
