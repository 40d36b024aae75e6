#include <absl/time/clock.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "cli/follow.h"
#include "cli/operator_flags.h"
#include "cli/verbs/verbs.h"

namespace qalam {

namespace {

struct ServeOptions {
  std::vector<std::string> listen = {"127.0.0.1:6789"};
  std::string work_dir;
  std::string suggestion;
  std::string http;  // empty: not said
  std::string tls_certificate;
  std::string tls_key;
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
  ServerOptions server_options;
  server_options.database_path = common.database;
  server_options.work_root =
      options.work_dir.empty()
          ? (std::filesystem::path(common.database).parent_path() / "trials").string()
          : options.work_dir;
  server_options.listen = options.listen;
  server_options.engine = options.engine->Choice();
  server_options.suggestion_address = options.suggestion;
  server_options.http_any_port_if_taken = options.http.empty();
  server_options.http = options.http.empty()     ? kDefaultHttp
                        : options.http == "none" ? ""
                                                 : options.http;
  server_options.access = {.tls_certificate = options.tls_certificate,
                           .tls_key = options.tls_key,
                           .allow_remote = options.insecure};
  if (options.watch_experiments || !options.watch_namespace.empty()) {
    const KubernetesChoice& cluster = server_options.engine.kubernetes;
    server_options.cluster = {{.kubeconfig = cluster.kubeconfig, .context = cluster.context},
                              options.watch_namespace};
  }
  if (!common.token_file.empty()) {
    ASSIGN_OR_RETURN(server_options.access.token, ReadTokenFile(common.token_file));
  }
  ASSIGN_OR_RETURN(const auto server, Server::Start(server_options));
  for (const auto& address : server->addresses()) std::printf("listening on %s\n", address.c_str());
  const std::string url = server->http_url();
  if (!url.empty()) std::printf("web UI %s\n", url.c_str());
  std::printf("database %s\n", common.database.c_str());
  std::fflush(stdout);
  WaitForTheEnd(options.until_input_ends);
  std::printf("stopping; running trials go on and are taken up at the next start\n");
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
