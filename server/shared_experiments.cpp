#include "server/shared_experiments.h"

#include "base/log.h"
#include "base/process.h"
#include "server/identity/added_metadata.h"
#include "server/identity/bearer.h"
#include "server/observed_store.h"

namespace qalam {

namespace {

// A server that sleeps, or whose machine is cut off, answers no more and ends no connection: what
// was passed on to it fails then. By that time somebody has taken over from it.
constexpr int kPingMilliseconds = 10 * 1000;  // no more often than servers allow it
constexpr int kPatienceMilliseconds = 5 * 1000;

std::shared_ptr<grpc::Channel> ConnectPeer(const std::string& address,
                                           const SharedExperiments::Options& options) {
  // Sockets of files and loopback are within this machine. Certificates that cannot be read any
  // more make calls fail: what they carry must not travel for everybody to read.
  const auto credentials =
      IsLoopback(address)
          ? grpc::InsecureChannelCredentials()
          : ChannelCredentialsFor(options.peer_tls).value_or(grpc::SslCredentials({}));
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingMilliseconds);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPatienceMilliseconds);
  // Also the longest that a connection may take to be made.
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kPatienceMilliseconds);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> shown;
  shown.push_back(AddedMetadata("authorization", [make = options.peer_token] {
    const auto token = make();
    return token.ok() ? AuthorizationOf(*token) : "";
  }));
  return grpc::experimental::CreateCustomChannelWithInterceptors(address, credentials, arguments,
                                                                 std::move(shown));
}

Change ToChange(const RemoteChange& remote) {
  Change change;
  change.experiment_uid = remote.experiment_uid;
  change.trial_uid = remote.trial_uid;
  change.name_space = remote.name_space;
  change.name = remote.name;
  switch (remote.kind) {
    case RemoteChange::Kind::kExperiment:
      change.kind = Change::Kind::kExperiment;
      break;
    case RemoteChange::Kind::kTrial:
      change.kind = Change::Kind::kTrial;
      break;
    case RemoteChange::Kind::kDeleted:
      change.kind = Change::Kind::kDeleted;
      break;
  }
  return change;
}

}  // namespace

SharedExperiments::SharedExperiments(std::unique_ptr<ExperimentLeases> leases, Store& store,
                                     const Clock& clock, ChangeLog& changes, Activity& activity,
                                     MachineSocket socket, const Options& options)
    : leases_(std::move(leases)),
      store_(store),
      changes_(changes),
      socket_(std::move(socket)),
      fenced_store_(MakeObservedStore(leases_->MakeFencedStore(), clock, changes, activity)),
      keeper_(*leases_, {BootId(), "unix:" + socket_.own_path(), options.public_address},
              options.takes_all),
      peers_(store, *leases_, keeper_,
             [options](const std::string& address) { return ConnectPeer(address, options); }) {}

Status SharedExperiments::Start(Controller& controller) {
  return keeper_.Start(
      [&controller](const std::string& experiment_uid) { controller.TakeOver(experiment_uid); },
      [this] { socket_.KeepShared(); },
      [this, &controller](const RemoteChanges& remote) { TakeChanges(remote, controller); });
}

void SharedExperiments::Stop() {
  keeper_.Stop();
  socket_.Remove();
}

void SharedExperiments::TakeChanges(const RemoteChanges& remote, Controller& controller) {
  std::vector<RemoteChange> news = remote.changes;
  if (remote.some_were_missed) {
    const auto experiments = store_.ListExperiments({});
    if (!experiments.ok()) {
      Logger("server").Warn("what other servers have changed is not known",
                            {{"error", Message(experiments.status())}});
      return;
    }
    for (const auto& experiment : *experiments) {
      news.push_back({.kind = RemoteChange::Kind::kExperiment, .experiment_uid = experiment.uid});
    }
  }
  std::vector<Change> changes;
  for (const auto& change : news) changes.push_back(ToChange(change));
  if (!changes.empty()) changes_.Publish(std::move(changes));
  for (const auto& change : news) {
    const bool is_of_trial = change.kind == RemoteChange::Kind::kTrial;
    if (!is_of_trial && keeper_.Holds(change.experiment_uid)) {
      controller.Enqueue(change.experiment_uid);
    }
  }
}

}  // namespace qalam
