// One maker for each way to log in.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/kubernetes/cluster_access.h"

namespace qalam::kubernetes {

std::shared_ptr<LoginSource> MakeFixedLogin(Login login);

// The token is in a file that somebody else renews: it is read again every minute. `fixed` has the
// rest.
std::shared_ptr<LoginSource> MakeTokenFileLogin(std::string path, Login fixed, const Clock& clock);

// A program that prints the login (client.authentication.k8s.io ExecCredential).
struct LoginProgram {
  std::string api_version;  // client.authentication.k8s.io/v1 or v1beta1
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  // over this process's own
  std::string install_hint;                        // for whoever does not have it
  std::string cluster;  // JSON of the server that it is for; empty: it is not told
  Duration time_limit = absl::Minutes(1);
};
// Asked once, and again when the login has expired or was refused. `fixed` has what it leaves out.
std::shared_ptr<LoginSource> MakeProgramLogin(LoginProgram program, Login fixed,
                                              const Clock& clock);

}  // namespace qalam::kubernetes
