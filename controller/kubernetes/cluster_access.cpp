#include "controller/kubernetes/cluster_access.h"

#include <cstdlib>

#include "base/clock.h"
#include "base/files.h"
#include "controller/kubernetes/kubeconfig.h"
#include "controller/kubernetes/login_sources.h"

namespace qalam::kubernetes {

namespace {

const Clock& WallClock() {
  static const SystemClock clock;
  return clock;
}

std::string Variable(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

std::vector<std::string> SplitPaths(const std::string& list) {
  std::vector<std::string> paths;
  for (size_t begin = 0; begin <= list.size();) {
    const size_t end = std::min(list.find(':', begin), list.size());
    if (end > begin) paths.push_back(list.substr(begin, end - begin));
    begin = end + 1;
  }
  return paths;
}

}  // namespace

AccessEnvironment AccessEnvironment::OfProcess() {
  AccessEnvironment environment;
  environment.kubeconfig = Variable("KUBECONFIG");
  environment.home = Variable("HOME");
  environment.service_host = Variable("KUBERNETES_SERVICE_HOST");
  environment.service_port = Variable("KUBERNETES_SERVICE_PORT");
  return environment;
}

StatusOr<ClusterAccess> InClusterAccess(const AccessEnvironment& environment) {
  constexpr uint64_t kLargestFile = 1 << 20;
  const std::string& folder = environment.service_account;
  ClusterAccess access;
  const bool has_colon = environment.service_host.find(':') != std::string::npos;
  access.server = fmt::format(
      "https://{}:{}", has_colon ? "[" + environment.service_host + "]" : environment.service_host,
      environment.service_port.empty() ? "443" : environment.service_port);
  ASSIGN_OR_RETURN(access.authorities, ReadFile(folder + "/ca.crt", kLargestFile));
  auto name_space = ReadFile(folder + "/namespace", kLargestFile);
  if (name_space.ok() && !name_space->empty()) access.name_space = *std::move(name_space);
  access.login = MakeTokenFileLogin(folder + "/token", {}, WallClock());
  RETURN_IF_ERROR(access.login->Get().status());
  access.origin = "this pod's service account";
  return access;
}

StatusOr<ClusterAccess> FindClusterAccess(const AccessChoice& choice,
                                          const AccessEnvironment& environment) {
  if (!choice.kubeconfig.empty()) {
    return ReadKubeconfig({choice.kubeconfig}, choice.context, WallClock());
  }
  const auto listed = SplitPaths(environment.kubeconfig);
  if (!listed.empty()) return ReadKubeconfig(listed, choice.context, WallClock());
  const std::string usual = environment.home + "/.kube/config";
  if (FileExists(usual)) return ReadKubeconfig({usual}, choice.context, WallClock());
  if (!environment.service_host.empty() && choice.context.empty()) {
    return InClusterAccess(environment);
  }
  return NotFound(
      "no cluster is known: there is no {}, KUBECONFIG is not set, and this is no pod of a "
      "cluster; "
      "name a file with --kubeconfig",
      usual);
}

}  // namespace qalam::kubernetes
