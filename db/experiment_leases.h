// Several servers over one database: which of them reconciles which experiment.
//
// A server has joined as long as it renews in time, by the database's clock. Whatever a server that
// has not holds is free for the others, who take it over with a higher fence: from then on the
// database refuses every fenced commit of the server that was too late.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// What a commit of another server has changed.
struct RemoteChange {
  enum class Kind { kExperiment, kTrial, kDeleted };
  Kind kind = Kind::kExperiment;
  std::string experiment_uid;
  std::string trial_uid;         // kTrial
  std::string name_space, name;  // kDeleted
};

struct RemoteChanges {
  bool some_were_missed = false;  // the connection was lost for a while: anything may have changed
  std::vector<RemoteChange> changes;
};

// Where one server is reached by others.
struct ServerPlace {
  std::string machine;          // BootId(): only servers of the same one reach the private address
  std::string private_address;  // a socket that wants no token
  std::string public_address;   // HOST:PORT that other machines reach; empty: none
};

class ExperimentLeases {
 public:
  // A server that has not renewed for this long has lost what it held.
  static constexpr Duration kTimeToLive = absl::Seconds(5);

  virtual ~ExperimentLeases() = default;

  // Over the same database: a commit that changes an experiment of which the lease is not held is
  // refused with FAILED_PRECONDITION, in the transaction itself.
  virtual std::unique_ptr<Store> MakeFencedStore() = 0;

  // From now on the commits of this process are told to the servers. Renew does so, too.
  virtual void TellOthers() = 0;

  // One thread at a time, of these:
  // Joins, or renews, and takes over what is free of all active experiments, or of the `wanted`
  // ones alone unless `all`. Gives the uids of those that are held. The server stays joined for
  // kTimeToLive from when this was called, whatever it returns.
  virtual StatusOr<std::vector<std::string>> Renew(const ServerPlace& place, bool all,
                                                   const std::vector<std::string>& wanted) = 0;
  // Gives all back at once.
  virtual Status Leave() = 0;
  // Waits until another server's commit has changed something, at most this long. The first call
  // says that some were missed.
  virtual StatusOr<RemoteChanges> WaitForChanges(Duration longest) = 0;

  // Any thread. What tells this database from every other.
  virtual StatusOr<std::string> DatabaseId() = 0;
  // Likewise. The server that holds the experiment; an empty place when none does.
  virtual StatusOr<ServerPlace> HolderOf(const std::string& experiment_uid) = 0;
};

}  // namespace qalam
