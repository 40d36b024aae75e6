#include <malloc.h>
#include <torch/torch.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <new>
#include <string_view>

#include "nas/program/verb.h"

namespace qalam::nas {
namespace {

// As everywhere for bad input, a command line that cannot be parsed included.
constexpr int kBadInput = 2;
constexpr int kFailure = 1;

// libtorch frees and asks for the same few megabytes in every step. glibc would hand them back to
// the kernel each time, which a third of the processor time of a small training goes into.
void KeepFreedMemory() {
  constexpr int kMostBytes = 1 << 30;
  mallopt(M_MMAP_THRESHOLD, kMostBytes);
  mallopt(M_TRIM_THRESHOLD, kMostBytes);
  mallopt(M_TOP_PAD, 64 << 20);
}

int Report(const Status& status) {
  std::fflush(stdout);
  std::fprintf(stderr, "qalam-nas: %s\n", Message(status).c_str());
  switch (status.code()) {
    case StatusCode::kInvalidArgument:
    case StatusCode::kNotFound:
    case StatusCode::kFailedPrecondition:
    case StatusCode::kDataLoss:
      return kBadInput;
    default:
      return kFailure;
  }
}

Status Run(const Action& action) {
  try {
    return action();
  } catch (const c10::Error& error) {
    // The message goes on with a stack trace.
    return Internal("libtorch: {}", error.what_without_backtrace());
  } catch (const std::bad_alloc&) {
    return ResourceExhausted("out of memory");
  } catch (const std::exception& error) {
    return Internal("{}", error.what());
  }
}

int Main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  KeepFreedMemory();
  CLI::App app("Searches, trains, scores and draws neural architectures.", "qalam-nas");
  app.require_subcommand(1);
  app.footer("Help on a verb:\n  qalam-nas VERB --help");
  Action action;
  for (const AddVerb add : Verbs()) add(app, &action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kBadInput;
  }
  const Status status = Run(action);
  return status.ok() ? 0 : Report(status);
}

}  // namespace
}  // namespace qalam::nas

int main(int argc, char** argv) { return qalam::nas::Main(argc, argv); }
