#include "cli/follow.h"

#include <absl/time/clock.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "api/grpc_status.h"
#include "cli/output.h"
#include "cli/progress.h"

namespace qalam {

namespace {

// Set by the signal handler alone; a handler can reach nothing that is not global.
volatile std::sig_atomic_t g_interrupts = 0;

void HandleInterrupt(int) {
  g_interrupts = g_interrupts + 1;
  if (g_interrupts > 1) _exit(130);
}

int TerminalWidth() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool HasEnded(const v1::Experiment& experiment) {
  return experiment.state() == v1::EXPERIMENT_SUCCEEDED ||
         experiment.state() == v1::EXPERIMENT_FAILED ||
         experiment.state() == v1::EXPERIMENT_STOPPED;
}

// Draws over its last drawing on a terminal; elsewhere a line for each change, at most one a
// second.
class View {
 public:
  void Show(const v1::Experiment& experiment) {
    if (isatty(STDOUT_FILENO) == 0) {
      const std::string line = ProgressLine(experiment);
      if (line == last_line_ || (absl::Now() < next_line_ && !HasEnded(experiment))) return;
      last_line_ = line;
      next_line_ = absl::Now() + absl::Seconds(1);
      std::printf("%s\n", line.c_str());
    } else {
      if (drawn_ > 0) std::printf("\x1b[%dA", drawn_);
      const auto lines = ProgressLines(experiment, absl::Now(), TerminalWidth());
      for (const auto& line : lines) std::printf("\r\x1b[K%s\n", line.c_str());
      drawn_ = static_cast<int>(lines.size());
    }
    std::fflush(stdout);
  }

 private:
  int drawn_ = 0;
  std::string last_line_;
  Time next_line_ = absl::InfinitePast();
};

Status StopExperiment(Connection& connection, const v1::ExperimentName& name) {
  grpc::ClientContext context;
  v1::Experiment reply;
  return FromGrpc(connection.stub().StopExperiment(&context, name, &reply));
}

Status ShowFailures(Connection& connection, const v1::ExperimentName& name) {
  ASSIGN_OR_RETURN(const auto trials, ListTrials(connection, name));
  constexpr int kMostShown = 5;
  int shown = 0;
  for (const auto& trial : trials) {
    if (trial.state() != v1::TRIAL_FAILED && trial.state() != v1::TRIAL_METRICS_UNAVAILABLE)
      continue;
    if (++shown > kMostShown) break;
    std::printf("  %s: %s: %s\n", trial.name().c_str(), trial.reason().c_str(),
                trial.message().c_str());
  }
  if (shown > 0) std::printf("  see: qalam logs TRIAL\n");
  return absl::OkStatus();
}

// A server's experiment goes on unseen; one in this process needs the process to stay.
bool IsShownInVain(const Connection& connection) {
  return std::ferror(stdout) != 0 && !connection.is_embedded();
}

// Until it has ended, or is shown in vain.
StatusOr<v1::Experiment> FollowOne(Connection& connection, const v1::ExperimentName& name) {
  View view;
  bool stopping = false;
  bool introduced = false;
  // Asked again and again: the stream could not be left for a signal without a second thread.
  constexpr Duration kPause = absl::Milliseconds(60);
  while (true) {
    ASSIGN_OR_RETURN(auto experiment, GetExperiment(connection, name));
    if (!introduced && !experiment.algorithm_choice().empty()) {
      std::printf("%s: auto chose %s\n", name.name().c_str(),
                  experiment.algorithm_choice().c_str());
    }
    introduced = true;
    view.Show(experiment);
    if (HasEnded(experiment)) return GetExperiment(connection, name, /*with_best_trials=*/true);
    if (IsShownInVain(connection)) return experiment;
    if (Interrupted() && !stopping) {
      stopping = true;
      std::fprintf(stderr, "stopping %s; once more Ctrl-C leaves its trials running\n",
                   name.name().c_str());
      RETURN_IF_ERROR(StopExperiment(connection, name));
    }
    absl::SleepFor(kPause);
  }
}

}  // namespace

void NoteInterrupts() {
  struct sigaction action {};
  action.sa_handler = HandleInterrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return g_interrupts > 0; }

StatusOr<int> FollowExperiments(Connection& connection,
                                const std::vector<v1::ExperimentName>& names) {
  bool all_succeeded = true;
  for (const auto& name : names) {
    ASSIGN_OR_RETURN(const auto experiment, FollowOne(connection, name));
    if (IsShownInVain(connection)) return 0;
    std::fputs(Summary(experiment).c_str(), stdout);
    RETURN_IF_ERROR(ShowFailures(connection, name));
    all_succeeded = all_succeeded && experiment.state() == v1::EXPERIMENT_SUCCEEDED;
    if (experiment.state() == v1::EXPERIMENT_STOPPED) {
      std::printf("  go on with: qalam resume %s\n", experiment.name().c_str());
    }
  }
  std::fflush(stdout);
  if (Interrupted()) return 130;
  return all_succeeded ? 0 : 1;
}

}  // namespace qalam
