// What a server has of its experiments where several share a database: leases, a store that keeps
// to them, the other servers, and their changes in this one's log.
#pragma once

#include <memory>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "controller/controller.h"
#include "db/experiment_leases.h"
#include "server/access.h"
#include "server/activity.h"
#include "server/change_log.h"
#include "server/lease_keeper.h"
#include "server/machine_socket.h"
#include "server/peers.h"

namespace qalam {

class SharedExperiments {
 public:
  struct Options {
    std::string public_address;  // see ServerPlace
    bool takes_all = true;       // see LeaseKeeper
    ClientTls peer_tls;          // see ServerOptions
    // Shown to other servers, who may not know the callers that were checked here: see
    // Authority::PeerToken. Without one they say what they want.
    std::function<StatusOr<std::string>()> peer_token;
  };

  // The references must outlive it.
  SharedExperiments(std::unique_ptr<ExperimentLeases> leases, Store& store, const Clock& clock,
                    ChangeLog& changes, Activity& activity, MachineSocket socket,
                    const Options& options);

  // For the controller.
  Store& fenced_store() { return *fenced_store_; }
  ExperimentGate& gate() { return keeper_; }
  Peers& peers() { return peers_; }

  // From now on experiments are this server's, which `controller` hears of.
  Status Start(Controller& controller);
  void Stop();

 private:
  void TakeChanges(const RemoteChanges& remote, Controller& controller);

  const std::unique_ptr<ExperimentLeases> leases_;
  Store& store_;
  ChangeLog& changes_;
  const MachineSocket socket_;
  const std::unique_ptr<Store> fenced_store_;
  LeaseKeeper keeper_;
  Peers peers_;
};

}  // namespace qalam
