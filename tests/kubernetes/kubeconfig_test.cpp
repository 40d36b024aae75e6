#include "controller/kubernetes/kubeconfig.h"

#include <catch2/catch.hpp>

#include "base/files.h"
#include "controller/kubernetes/cluster_access.h"
#include "tests/support/temporary_directory.h"

namespace qalam::kubernetes {
namespace {

const SystemClock kClock;

class Home {
 public:
  std::string Write(const std::string& name, const std::string& text) {
    REQUIRE(WriteFileAtomically(directory_.File(name), text, false).ok());
    return directory_.File(name);
  }
  std::string File(const std::string& name) const { return directory_.File(name); }

 private:
  TemporaryDirectory directory_;
};

constexpr char kTwoContexts[] = R"(
apiVersion: v1
kind: Config
current-context: one
contexts:
- {name: one, context: {cluster: near, user: someone, namespace: trials}}
- {name: two, context: {cluster: far, user: token}}
clusters:
- {name: near, cluster: {server: "https://10.0.0.1:6443", certificate-authority: ca.pem}}
- name: far
  cluster: {server: "https://far/path", certificate-authority-data: bGluZQo=, tls-server-name: api}
users:
- {name: someone, user: {client-certificate: sub/cert.pem, client-key-data: a2V5}}
- {name: token, user: {token: abc, extra: passed over}}
)";

}  // namespace

TEST_CASE("A kubeconfig's context leads to a server, a login and a namespace", "[kubeconfig]") {
  Home home;
  const auto file = home.Write("config", kTwoContexts);
  home.Write("ca.pem", "authority");
  REQUIRE(MakeDirectories(home.File("sub")).ok());
  home.Write("sub/cert.pem", "certificate");

  auto access = ReadKubeconfig({file}, "", kClock);
  REQUIRE(access.ok());
  CHECK(access->server == "https://10.0.0.1:6443");
  // Paths are taken from the file's folder.
  CHECK(access->authorities == "authority");
  CHECK(access->name_space == "trials");
  CHECK(access->login->Get()->certificate == "certificate");
  CHECK(access->login->Get()->key == "key");

  access = ReadKubeconfig({file}, "two", kClock);
  REQUIRE(access.ok());
  CHECK(access->server_name == "api");
  CHECK(access->authorities == "line\n");
  CHECK(access->name_space == "default");
  CHECK(access->login->Get()->token == "abc");
}

TEST_CASE("Of several kubeconfig files the first that has an entry counts", "[kubeconfig]") {
  Home home;
  const auto first = home.Write("first", R"(
current-context: mine
contexts: [{name: mine, context: {cluster: c, user: u}}]
users: [{name: u, user: {token: from-first}}]
)");
  const auto second = home.Write("second", R"(
current-context: other
contexts: [{name: mine, context: {cluster: none, user: none}}]
clusters: [{name: c, cluster: {server: "http://localhost:8080"}}]
users: [{name: u, user: {token: from-second}}]
)");
  const AccessEnvironment environment{.kubeconfig = first + ":" + home.File("none") + "::" + second,
                                      .home = home.File("")};
  const auto access = FindClusterAccess({}, environment);
  REQUIRE(access.ok());
  CHECK(access->server == "http://localhost:8080");
  CHECK(access->login->Get()->token == "from-first");
  // A file that is named counts alone, and must be there.
  CHECK(FindClusterAccess({.kubeconfig = second}, environment).status().code() ==
        StatusCode::kInvalidArgument);
  CHECK(FindClusterAccess({.kubeconfig = home.File("none")}, environment).status().code() ==
        StatusCode::kNotFound);
}

TEST_CASE("All faults of a kubeconfig are told at once, with file and field", "[kubeconfig]") {
  Home home;
  const auto file = home.Write("config", R"(
current-context: bad
contexts: [{name: bad, context: {cluster: c, user: u}}]
clusters:
- name: c
  cluster:
    server: 10.0.0.1
    certificate-authority: no-such-file
    insecure-skip-tls-verify: maybe
    proxy-url: http://proxy
users:
- name: u
  user:
    client-certificate-data: "%%%"
    client-key-data: c2VjcmV0
    auth-provider: {name: gcp}
    exec: {apiVersion: client.authentication.k8s.io/v1alpha1, args: text, env: [{value: 1}]}
)");
  const auto access = ReadKubeconfig({file}, "", kClock);
  REQUIRE(access.status().code() == StatusCode::kInvalidArgument);
  const std::string message = Message(access.status());
  CAPTURE(message);
  for (const char* fault : {
           "clusters[0].cluster.server: should begin with https:// or http://",
           "clusters[0].cluster.certificate-authority: cannot open",
           "clusters[0].cluster.insecure-skip-tls-verify: \"maybe\" should be true or false",
           "clusters[0].cluster.proxy-url: a proxy is not supported",
           "users[0].user.client-certificate-data: should be base64",
           "users[0].user.client-certificate: missing",
           "users[0].user.auth-provider: is gone from Kubernetes; use exec",
           "users[0].user.exec.apiVersion: \"client.authentication.k8s.io/v1alpha1\" should be",
           "users[0].user.exec.command: missing",
           "users[0].user.exec.args: should be a list",
           "users[0].user.exec.env[0].name: missing",
       }) {
    CAPTURE(fault);
    CHECK(message.find(file + ": " + fault) != std::string::npos);
  }
  CHECK(message.find("secret") == std::string::npos);
  CHECK(message.find("c2VjcmV0") == std::string::npos);
}

TEST_CASE("Arguments and variables of another kind are told of", "[kubeconfig]") {
  const auto [field, fault] = GENERATE(table<std::string, std::string>({
      {"args: {name: x}", "args: should be a list"},
      {"args: [a, {b: c}, [d]]", "args[1]: should be text"},
      {"env: {name: x}", "env: should be a list"},
      {"env: [[a]]", "env[0].name: missing"},
  }));
  CAPTURE(field);
  Home home;
  const auto file = home.Write("config", fmt::format(R"(
current-context: c
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
clusters: [{{name: c, cluster: {{server: "https://h"}}}}]
users: [{{name: u, user: {{exec: {{apiVersion: client.authentication.k8s.io/v1, command: p, {}}}}}}}]
)",
                                                     field));
  const auto access = ReadKubeconfig({file}, "", kClock);
  REQUIRE(access.status().code() == StatusCode::kInvalidArgument);
  CHECK_THAT(Message(access.status()), Catch::Contains("users[0].user.exec." + fault));
}

TEST_CASE("What a kubeconfig lacks is said with what there is", "[kubeconfig]") {
  Home home;
  const auto file = home.Write("config", kTwoContexts);
  const auto message = [&](const std::string& text, const std::string& context) {
    return Message(ReadKubeconfig({home.Write("other", text)}, context, kClock).status());
  };
  CHECK_THAT(Message(ReadKubeconfig({file}, "three", kClock).status()),
             Catch::Contains("no context \"three\"; there are: one, two"));
  CHECK_THAT(message("contexts: [{name: a, context: {}}]", ""),
             Catch::Contains("no current-context; choose one with --context: a"));
  CHECK_THAT(message("contexts: [{name: a, context: {cluster: c, user: u}}]", "a"),
             Catch::Contains("contexts[0].context.cluster: there is no cluster \"c\"") &&
                 Catch::Contains("contexts[0].context.user: there is no user \"u\""));
  CHECK_THAT(message("a: [", ""), Catch::Contains("other:1:"));
  CHECK_THAT(message("- a", ""), Catch::Contains("should be a map"));
  CHECK_THAT(Message(FindClusterAccess({}, {.home = home.File("nowhere")}).status()),
             Catch::Contains("name a file with --kubeconfig"));
}

TEST_CASE("In a cluster the pod's service account is the login", "[kubeconfig]") {
  Home home;
  home.Write("ca.crt", "authority");
  home.Write("namespace", "here");
  home.Write("token", "first\n");
  const AccessEnvironment environment{.home = home.File("nowhere"),
                                      .service_host = "fd00::1",
                                      .service_port = "443",
                                      .service_account = home.File("")};
  const auto access = FindClusterAccess({}, environment);
  REQUIRE(access.ok());
  CHECK(access->server == "https://[fd00::1]:443");
  CHECK(access->name_space == "here");
  const Login first = *access->login->Get();
  CHECK(first.token == "first");
  // The kubelet renews it; a server that refuses the old one has it read at once.
  home.Write("token", "second\n");
  CHECK(access->login->Get()->token == "first");
  access->login->Refused(first);
  CHECK(access->login->Get()->token == "second");
}

}  // namespace qalam::kubernetes
