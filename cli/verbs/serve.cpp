#include <absl/time/clock.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>

#include "cli/follow.h"
#include "cli/operator_flags.h"
#include "cli/verbs/verbs.h"
#include "db/database.h"
#include "server/telemetry/grpc_observer.h"

namespace qalam {

namespace {

struct ServeOptions {
  std::vector<std::string> listen = {"127.0.0.1:6789"};
  std::string advertise;
  std::string work_dir;
  std::string suggestion;
  std::string http;  // empty: not said
  std::string tls_certificate;
  std::string tls_key;
  std::string tls_client_ca;
  bool require_token = false;
  double rate_limit = 2000;
  ClientTls suggestion_tls;
  oidc::OidcOptions oidc;
  bool kubernetes_auth = false;
  bool insecure = false;
  bool until_input_ends = false;
  bool watch_experiments = false;
  std::string watch_namespace;
  std::shared_ptr<OperatorFlags> engine = std::make_shared<OperatorFlags>();
};

constexpr int kLookMilliseconds = 100;

// Whether standard input reaches its end within the time between two looks; what comes before it is
// passed over.
bool InputEnds() {
  pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  if (poll(&input, 1, kLookMilliseconds) <= 0) return false;
  char passed_over[256];
  return read(STDIN_FILENO, passed_over, sizeof(passed_over)) <= 0;
}

void WaitForTheEnd(bool until_input_ends) {
  while (!Interrupted()) {
    if (!until_input_ends) {
      absl::SleepFor(absl::Milliseconds(kLookMilliseconds));
    } else if (InputEnds()) {
      return;
    }
  }
}

StatusOr<int> Serve(const CommonOptions& common, const ServeOptions& options) {
  NoteInterrupts();
  SendGrpcLogToProgramLog();
  ServerOptions server_options;
  server_options.database = common.database;
  server_options.work_root =
      options.work_dir.empty() ? DefaultWorkDir(common.database) : options.work_dir;
  server_options.listen = options.listen;
  server_options.engine = options.engine->Choice();
  server_options.suggestion_address = options.suggestion;
  server_options.http_any_port_if_taken = options.http.empty();
  server_options.http = options.http.empty()     ? kDefaultHttp
                        : options.http == "none" ? ""
                                                 : options.http;
  server_options.access = {.tls_certificate = options.tls_certificate,
                           .tls_key = options.tls_key,
                           .tls_client_ca = options.tls_client_ca,
                           .allow_remote = options.insecure,
                           .calls_per_second = options.rate_limit};
  server_options.access.require_token = options.require_token;
  server_options.suggestion_tls = options.suggestion_tls;
  server_options.oidc = options.oidc;
  if (options.kubernetes_auth) {
    const KubernetesChoice& cluster = server_options.engine.kubernetes;
    server_options.kubernetes_auth = {.kubeconfig = cluster.kubeconfig, .context = cluster.context};
  }
  if (options.watch_experiments || !options.watch_namespace.empty()) {
    const KubernetesChoice& cluster = server_options.engine.kubernetes;
    server_options.cluster = {{.kubeconfig = cluster.kubeconfig, .context = cluster.context},
                              options.watch_namespace};
  }
  server_options.peer_tls = {.ca = common.tls_ca,
                             .certificate = common.tls_client_certificate,
                             .key = common.tls_client_key};
  RETURN_IF_ERROR(CheckClientTls(server_options.peer_tls));
  server_options.advertise = options.advertise;
  if (!common.token_file.empty()) {
    ASSIGN_OR_RETURN(server_options.access.token, ReadTokenFile(common.token_file));
  }
  ASSIGN_OR_RETURN(const auto database, DatabaseAddress::Parse(common.database));
  ASSIGN_OR_RETURN(const auto server, Server::Start(server_options));
  for (const auto& address : server->addresses()) std::printf("listening on %s\n", address.c_str());
  const std::string url = server->http_url();
  if (!url.empty()) std::printf("web UI %s\n", url.c_str());
  std::printf("database %s\n", database.Shown().c_str());
  std::fflush(stdout);
  WaitForTheEnd(options.until_input_ends);
  // Who took the addresses from standard output may have gone since: no failure of a server.
  std::fprintf(stderr, "stopping; running trials go on and are taken up at the next start\n");
  server->Shutdown();
  return 0;
}

}  // namespace

void AddServe(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "serve",
                           "Serve experiments over gRPC and in a web UI, and run their trials",
                           "qalam serve --listen 127.0.0.1:6789");
  auto options = std::make_shared<ServeOptions>();
  verb->add_option("--listen", options->listen, "Where to listen; port 0 takes a free one");
  verb->add_option("--advertise", options->advertise,
                   "Where servers on other machines that share the database reach this one, "
                   "HOST:PORT; by default its first --listen address beyond this machine");
  verb->add_option("--http", options->http,
                   fmt::format("Where the web UI listens, HOST:PORT, or none; by default {}, or a "
                               "free port when that is taken",
                               kDefaultHttp));
  verb->add_option("--work-dir", options->work_dir, "Folder for the trials' folders");
  AddOperatorFlags(*verb, options->engine);
  verb->add_option("--suggestion", options->suggestion,
                   "A suggestion service elsewhere, HOST:PORT; by default one in this process");
  verb->add_option("--tls-certificate", options->tls_certificate,
                   "The certificate chain to serve TLS with, a PEM file");
  verb->add_option("--tls-key", options->tls_key, "The certificate's private key, a PEM file");
  verb->add_option("--tls-client-ca", options->tls_client_ca,
                   "Callers must show a certificate of this CA, a PEM file");
  verb->add_option("--suggestion-tls-ca", options->suggestion_tls.ca,
                   "Certificates to trust the suggestion service by, a PEM file");
  verb->add_option("--suggestion-tls-certificate", options->suggestion_tls.certificate,
                   "The certificate to show to it, a PEM file");
  verb->add_option("--suggestion-tls-key", options->suggestion_tls.key,
                   "That certificate's private key, a PEM file");
  verb->add_flag("--require-token", options->require_token,
                 "Want a token of every call, also without --token-file: see qalam token");
  verb->add_option("--oidc-issuer", options->oidc.issuer,
                   "Take the tokens of this OpenID issuer, https://HOST/..., too");
  verb->add_option("--oidc-audience", options->oidc.audience, "What they must be for");
  verb->add_option("--oidc-role", options->oidc.roles,
                   "Who of them may do what: CLAIM=VALUE:ROLE@NAMESPACE; may be given again");
  verb->add_option("--oidc-ca", options->oidc.ca,
                   "Certificates to trust the issuer by, a PEM file; by default the system's");
  verb->add_flag("--kubernetes-auth", options->kubernetes_auth,
                 "Take the tokens of a Kubernetes cluster's users, who may do what the cluster "
                 "lets them do with experiments.kubeflow.org");
  verb->add_option("--rate-limit", options->rate_limit,
                   "Calls a second that a caller with a token may make; 0 for any number")
      ->check(CLI::NonNegativeNumber);
  verb->add_flag("--insecure", options->insecure,
                 "Allow addresses beyond this machine without token and TLS");
  verb->add_flag("--until-stdin-closes", options->until_input_ends,
                 "End when standard input does: with the program that started this one");
  verb->add_flag("--watch-experiments", options->watch_experiments,
                 "Take up the experiments.kubeflow.org objects of a Kubernetes cluster");
  verb->add_option("--watch-namespace", options->watch_namespace,
                   "Take up those of this namespace alone");
  verb->callback([chosen, options] {
    *chosen = [options](const CommonOptions& common) { return Serve(common, *options); };
  });
}

}  // namespace qalam
