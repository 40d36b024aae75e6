// Everything a Qalam process is made of, wired together: store, operator, suggestion service,
// controller and front doors. `qalam serve` and `qalam run` are thin layers over it.
#pragma once

#include <grpcpp/channel.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "controller/kubernetes/cluster_access.h"
#include "controller/operators/operator_choice.h"
#include "server/access.h"
#include "server/identity/oidc/oidc_verifier.h"

namespace qalam {

// Where the web UI listens when nothing else is said.
inline constexpr char kDefaultHttp[] = "127.0.0.1:6790";

struct ClusterWayIn {
  kubernetes::AccessChoice access;
  std::string name_space;  // whose Experiment objects are followed; empty: all
};

struct ServerOptions {
  std::string database;  // as DatabaseAddress::Parse takes it
  std::string work_root;
  // Where gRPC listens: "127.0.0.1:6789", "unix:/path"; empty for in-process only. Port 0 takes a
  // free one.
  std::vector<std::string> listen;
  std::string suggestion_address;  // empty: in-process
  ClientTls suggestion_tls;        // how it is reached
  bool run_trials = true;          // false: a view of the store, no controller
  bool adopt_existing = true;      // see ControllerOptions
  // Where the web UI and its API listen, "127.0.0.1:6790"; empty for nowhere. Only with run_trials.
  std::string http;
  bool http_any_port_if_taken = false;
  // Of the addresses to listen on. The private socket beside the database needs no token: only this
  // user can open it.
  AccessOptions access;
  // How other servers on the same database are reached on other machines, and where they reach this
  // one, HOST:PORT; empty: PublicAddress() of `listen`.
  ClientTls peer_tls;
  std::string advertise;
  oidc::OidcOptions oidc;  // whose tokens are taken, too
  // Tokens of this cluster's users are taken, too.
  std::optional<kubernetes::AccessChoice> kubernetes_auth;
  int workers = 4;
  OperatorChoice engine;
  // Where experiments come from by `kubectl apply`; only with run_trials.
  std::optional<ClusterWayIn> cluster;
};

class Server {
 public:
  // FAILED_PRECONDITION when another process already runs trials on this database, with its
  // address.
  static StatusOr<std::unique_ptr<Server>> Start(const ServerOptions& options);
  virtual ~Server() = default;

  // A channel to this server without a socket.
  virtual std::shared_ptr<grpc::Channel> InProcessChannel() = 0;
  // host:port as bound, in the order of `listen`.
  virtual const std::vector<std::string>& addresses() const = 0;
  // "http://127.0.0.1:6790", with the port as bound; empty without `http`.
  virtual std::string http_url() const = 0;
  // Ends the controller and the front doors; running trials are left alone. Idempotent.
  virtual void Shutdown() = 0;
};

// The address at which a live server on this database can be reached, or "" when there is none.
// Of an SQLite file its process holds a lock on DATABASE.lock and writes its address into it; of a
// PostgreSQL database it is one on this machine, of those that have joined.
std::string LiveServerAddress(const std::string& database);

}  // namespace qalam
