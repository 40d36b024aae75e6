#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "base/log.h"
#include "cli/standard_output.h"
#include "cli/verb.h"

namespace {

void Tell(const qalam::Status& fault, const qalam::LogOptions& log) {
  if (log.format == "json") {
    qalam::Logger("qalam").Error(qalam::Message(fault));
  } else {
    std::fprintf(stderr, "qalam: %s\n", qalam::Message(fault).c_str());
  }
}

// The program's exit status once it is known whether what it printed has arrived.
int Ended(int status, const qalam::LogOptions& log) {
  const auto printed = qalam::FlushStandardOutput();
  if (printed.ok()) return status;
  if (qalam::OutputReaderHasGone()) {
    // What a shell shows of a program that did not ignore the signal.
    constexpr int kBrokenPipe = 128 + SIGPIPE;
    return status == 0 ? kBrokenPipe : status;
  }
  Tell(printed, log);
  return status == 0 ? 1 : status;
}

}  // namespace

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
    return Ended(code == 0 ? 0 : 2, log);
  }
  if (const Status status = InitLog(log); !status.ok()) {
    std::fprintf(stderr, "qalam: %s\n", Message(status).c_str());
    return 2;
  }
  const auto result = action(common);
  if (!result.ok()) Tell(result.status(), log);
  return Ended(result.ok() ? *result : 1, log);
}
