// Which API server is spoken to, and as whom.
#pragma once

#include <memory>
#include <string>

#include "base/status.h"

namespace qalam::kubernetes {

// What a request shows to the server. Secret: never to be logged.
struct Login {
  std::string token;             // empty: none
  std::string certificate, key;  // PEM; empty: none
  bool operator==(const Login&) const = default;
};

// Thread-safe.
class LoginSource {
 public:
  virtual ~LoginSource() = default;
  // The login as it is now. May block, for a file or for a program that is asked.
  virtual StatusOr<Login> Get() = 0;
  // The server did not take `login`: what is kept of it is forgotten.
  virtual void Refused(const Login& login) = 0;
};

struct ClusterAccess {
  std::string server;       // "https://host:6443", perhaps with a path
  std::string authorities;  // PEM of those that may vouch for the server; empty: the system's
  bool insecure = false;    // nobody need vouch for it
  std::string server_name;  // the name that its certificate must have, where it is not the host's
  std::string name_space = "default";
  std::shared_ptr<LoginSource> login;
  std::string
      origin;  // where all this is from, for messages: "context kind in /home/a/.kube/config"
};

struct AccessChoice {
  std::string kubeconfig;  // a file; empty: as the environment says
  std::string context;     // empty: the file's current one
};

// What of this process decides.
struct AccessEnvironment {
  std::string kubeconfig;  // $KUBECONFIG: a list of files
  std::string home;
  std::string service_host, service_port;  // of the cluster that this process runs in
  std::string service_account = "/var/run/secrets/kubernetes.io/serviceaccount";

  static AccessEnvironment OfProcess();
};

// As kubectl does: the file that is named, else those of $KUBECONFIG, else ~/.kube/config, else the
// cluster that this process runs in. All faults are in one message, a line each.
StatusOr<ClusterAccess> FindClusterAccess(const AccessChoice& choice,
                                          const AccessEnvironment& environment);

// As a pod's service account.
StatusOr<ClusterAccess> InClusterAccess(const AccessEnvironment& environment);

}  // namespace qalam::kubernetes
