#include <absl/time/clock.h>

#include <cstdio>

#include "cli/follow.h"
#include "cli/verbs/verbs.h"
#include "server/access.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {

void AddSuggestion(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "suggestion",
                           "Serve the suggestion algorithms alone, to Qalam or to Katib",
                           "qalam suggestion --listen 127.0.0.1:6791");
  auto listen = std::make_shared<std::string>("127.0.0.1:6791");
  verb->add_option("--listen", *listen, "Where to listen; port 0 takes a free one");
  auto access = std::make_shared<AccessOptions>();
  verb->add_option("--tls-certificate", access->tls_certificate,
                   "The certificate chain to serve TLS with, a PEM file");
  verb->add_option("--tls-key", access->tls_key, "The certificate's private key, a PEM file");
  verb->add_option("--tls-client-ca", access->tls_client_ca,
                   "Callers must show a certificate of this CA, a PEM file");
  verb->add_flag("--insecure", access->allow_remote,
                 "Allow an address beyond this machine to callers without a certificate");
  verb->callback([chosen, listen, access] {
    *chosen = [listen, access](const CommonOptions&) -> StatusOr<int> {
      NoteInterrupts();
      RETURN_IF_ERROR(CheckPeerAddress(*listen, *access));
      ASSIGN_OR_RETURN(auto credentials, PeerCredentialsFor(*access));
      ASSIGN_OR_RETURN(const auto server, SuggestionServer::Start(*listen, std::move(credentials)));
      std::printf("listening on %s\n", server->address().c_str());
      std::fflush(stdout);
      while (!Interrupted()) absl::SleepFor(absl::Milliseconds(100));
      return 0;
    };
  });
}

}  // namespace qalam
