#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "cli/verb.h"

int main(int argc, char** argv) {
  using namespace qalam;
  std::signal(SIGPIPE, SIG_IGN);
  // A limit on the size of files is an error to report, like a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  CommonOptions common;
  common.database = DefaultDatabase();
  LogOptions log;
  CLI::App app("Qalam tunes hyperparameters: an experiment in, the best trial out.", "qalam");
  app.require_subcommand(1);
  app.footer("Example:\n  qalam run experiment.yaml");
  app.add_option("--log-level", log.level, "trace, debug, info, warn, error or off")
      ->envname("QALAM_LOG_LEVEL");
  app.add_option("--log-format", log.format, "text, or json: one object a line")
      ->envname("QALAM_LOG_FORMAT");
  Action action;
  for (const AddVerb add : Verbs()) add(app, common, &action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (const Status status = InitLog(log); !status.ok()) {
    std::fprintf(stderr, "qalam: %s\n", Message(status).c_str());
    return 2;
  }
  const auto result = action(common);
  if (!result.ok() && log.format == "json") {
    Logger("qalam").Error(Message(result.status()));
    return 1;
  }
  if (!result.ok()) {
    std::fprintf(stderr, "qalam: %s\n", Message(result.status()).c_str());
    return 1;
  }
  return *result;
}
