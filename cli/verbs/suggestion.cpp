#include <absl/time/clock.h>

#include <cstdio>

#include "cli/follow.h"
#include "cli/verbs/verbs.h"
#include "suggestion/service/suggestion_server.h"

namespace qalam {

void AddSuggestion(CLI::App& app, CommonOptions& common, Action* chosen) {
  CLI::App* verb = NewVerb(app, common, "suggestion",
                           "Serve the suggestion algorithms alone, to Qalam or to Katib",
                           "qalam suggestion --listen 127.0.0.1:6791");
  auto listen = std::make_shared<std::string>("127.0.0.1:6791");
  verb->add_option("--listen", *listen, "Where to listen; port 0 takes a free one");
  verb->callback([chosen, listen] {
    *chosen = [listen](const CommonOptions&) -> StatusOr<int> {
      NoteInterrupts();
      ASSIGN_OR_RETURN(const auto server, SuggestionServer::Start(*listen));
      std::printf("listening on %s\n", server->address().c_str());
      std::fflush(stdout);
      while (!Interrupted()) absl::SleepFor(absl::Milliseconds(100));
      return 0;
    };
  });
}

}  // namespace qalam
