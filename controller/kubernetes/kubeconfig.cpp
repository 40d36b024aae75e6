#include "controller/kubernetes/kubeconfig.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "controller/kubernetes/kubeconfig_files.h"
#include "controller/kubernetes/login_sources.h"

namespace qalam::kubernetes {

namespace {

using nlohmann::json;

constexpr const char* kLoginVersions[] = {"client.authentication.k8s.io/v1",
                                          "client.authentication.k8s.io/v1beta1"};

std::string Listed(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

// Fields that mean something that this client does not do: passing them over would speak to another
// server, or as somebody else, than the file says.
void RefuseFields(KubeconfigFiles& files, const KubeconfigEntry& entry,
                  std::initializer_list<std::pair<const char*, const char*>> refused) {
  for (const auto& [field, message] : refused) {
    const YAML::Node value = entry.map[field];
    if (value.IsDefined() && !value.IsNull()) files.AddFault(entry, field, message);
  }
}

void ReadCluster(KubeconfigFiles& files, const KubeconfigEntry& entry, ClusterAccess& access) {
  access.server = files.Text(entry, "server");
  if (!access.server.starts_with("https://") && !access.server.starts_with("http://")) {
    files.AddFault(entry, "server",
                   access.server.empty() ? "missing; e.g. https://10.0.0.1:6443"
                                         : "should begin with https:// or http://");
  }
  access.authorities = files.Data(entry, "certificate-authority");
  access.insecure = files.Bool(entry, "insecure-skip-tls-verify");
  access.server_name = files.Text(entry, "tls-server-name");
  if (access.insecure && !access.authorities.empty()) {
    files.AddFault(entry, "insecure-skip-tls-verify",
                   "may not be said together with a certificate-authority");
  }
  RefuseFields(files, entry, {{"proxy-url", "a proxy is not supported"}});
}

// Of the entries of exec.env.
std::map<std::string, std::string> ReadVariables(KubeconfigFiles& files,
                                                 const KubeconfigEntry& entry) {
  std::map<std::string, std::string> variables;
  const auto list = files.Items(entry, "env");
  for (size_t i = 0; i < list.size(); ++i) {
    const KubeconfigEntry item{entry.file, fmt::format("{}.env[{}]", entry.field, i), list[i]};
    const std::string name = files.Text(item, "name");
    if (name.empty()) files.AddFault(item, "name", "missing");
    variables[name] = files.Text(item, "value");
  }
  return variables;
}

std::string ClusterText(const ClusterAccess& access) {
  json cluster = {{"server", access.server}, {"insecure-skip-tls-verify", access.insecure}};
  if (!access.server_name.empty()) cluster["tls-server-name"] = access.server_name;
  return cluster.dump();
}

LoginProgram ReadProgram(KubeconfigFiles& files, const KubeconfigEntry& entry,
                         const ClusterAccess& access) {
  LoginProgram program;
  program.api_version = files.Text(entry, "apiVersion");
  if (std::find(std::begin(kLoginVersions), std::end(kLoginVersions), program.api_version) ==
      std::end(kLoginVersions)) {
    files.AddFault(entry, "apiVersion",
                   fmt::format("\"{}\" should be {} or {}", program.api_version, kLoginVersions[0],
                               kLoginVersions[1]));
  }
  std::string command = files.Text(entry, "command");
  if (command.empty()) files.AddFault(entry, "command", "missing; the program that logs in");
  // A name alone is looked up on PATH.
  if (command.find('/') != std::string::npos) command = files.Path(entry, "command");
  program.arguments = {command};
  const auto arguments = files.Items(entry, "args");
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i].IsScalar()) {
      program.arguments.push_back(arguments[i].Scalar());
    } else {
      files.AddFault(entry, fmt::format("args[{}]", i), "should be text");
    }
  }
  program.environment = ReadVariables(files, entry);
  program.install_hint = files.Text(entry, "installHint");
  if (files.Text(entry, "interactiveMode") == "Always") {
    files.AddFault(entry, "interactiveMode", "a program that asks a person cannot be used here");
  }
  if (files.Bool(entry, "provideClusterInfo")) program.cluster = ClusterText(access);
  return program;
}

void ReadUser(KubeconfigFiles& files, const KubeconfigEntry& entry, const Clock& clock,
              ClusterAccess& access) {
  Login fixed;
  fixed.certificate = files.Data(entry, "client-certificate");
  fixed.key = files.Data(entry, "client-key");
  if (fixed.certificate.empty() != fixed.key.empty()) {
    files.AddFault(entry, fixed.key.empty() ? "client-key" : "client-certificate",
                   "missing; a certificate and its key are given together");
  }
  fixed.token = files.Text(entry, "token");
  RefuseFields(files, entry,
               {{"auth-provider", "is gone from Kubernetes; use exec"},
                {"username", "a password is not supported; Kubernetes has none since 1.19"},
                {"password", "a password is not supported; Kubernetes has none since 1.19"},
                {"as", "speaking as somebody else is not supported"}});
  const auto exec = files.Child(entry, "exec");
  const std::string token_file = files.Path(entry, "tokenFile");
  if (exec) {
    access.login = MakeProgramLogin(ReadProgram(files, *exec, access), std::move(fixed), clock);
  } else if (!token_file.empty()) {
    // It counts before `token`, as kubectl has it.
    access.login = MakeTokenFileLogin(token_file, std::move(fixed), clock);
  } else {
    access.login = MakeFixedLogin(std::move(fixed));
  }
}

}  // namespace

StatusOr<ClusterAccess> ReadKubeconfig(const std::vector<std::string>& paths,
                                       const std::string& context, const Clock& clock) {
  KubeconfigFiles files(paths);
  RETURN_IF_ERROR(files.Faults());
  if (files.empty()) return NotFound("there is no kubeconfig at {}", Listed(paths));
  const std::string name = context.empty() ? files.CurrentContext() : context;
  if (name.empty()) {
    return InvalidArgument("{} has no current-context; choose one with --context: {}",
                           files.Names(), Listed(files.NamesIn("contexts")));
  }
  const auto chosen = files.Find("contexts", "context", name);
  if (!chosen) {
    files.AddFault(fmt::format("{}: there is no context \"{}\"; there are: {}", files.Names(), name,
                               Listed(files.NamesIn("contexts"))));
    return files.Faults();
  }
  ClusterAccess access;
  access.origin = fmt::format("context {} in {}", name, chosen->file);
  const std::string name_space = files.Text(*chosen, "namespace");
  if (!name_space.empty()) access.name_space = name_space;
  const std::string cluster_name = files.Text(*chosen, "cluster");
  if (const auto cluster = files.Find("clusters", "cluster", cluster_name)) {
    ReadCluster(files, *cluster, access);
  } else {
    files.AddFault(*chosen, "cluster",
                   fmt::format("there is no cluster \"{}\"; there are: {}", cluster_name,
                               Listed(files.NamesIn("clusters"))));
  }
  const std::string user_name = files.Text(*chosen, "user");
  if (const auto user = files.Find("users", "user", user_name)) {
    ReadUser(files, *user, clock, access);
  } else if (user_name.empty()) {
    access.login = MakeFixedLogin({});
  } else {
    files.AddFault(*chosen, "user",
                   fmt::format("there is no user \"{}\"; there are: {}", user_name,
                               Listed(files.NamesIn("users"))));
  }
  RETURN_IF_ERROR(files.Faults());
  return access;
}

}  // namespace qalam::kubernetes
