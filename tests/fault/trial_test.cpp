// Trials that misbehave, through the whole path: `qalam run` gives each its state and reason, stays
// small, and succeeds only when the experiment did.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/support/qalam_shell.h"

namespace qalam {
namespace {

// Below what a hundred megabytes held in memory would make; an idle server has some 40.
constexpr int64_t kMostResidentBytes = 120 << 20;
#ifdef QALAM_SANITIZED
constexpr bool kMeasuresMemory = false;  // the sanitizers' own memory is larger than that
#else
constexpr bool kMeasuresMemory = true;
#endif

struct Case {
  const char* script;
  int status;         // of qalam run
  const char* state;  // of every trial that was not stopped for another's sake
  const char* reason;
  const char* message;  // a part of it
};

std::vector<nlohmann::json> TrialDocuments(Shell& shell, const std::string& experiment) {
  const auto outcome = shell.Run({"trials", experiment, "-o", "json"});
  INFO(outcome.text);
  REQUIRE(outcome.status == 0);
  return nlohmann::json::parse(outcome.text)["trials"].get<std::vector<nlohmann::json>>();
}

// A process that is gone, or that nobody has reaped yet.
bool HasEnded(const std::string& pid) {
  const auto stat = ReadFile("/proc/" + pid + "/stat");
  if (!stat.ok()) return true;
  const size_t name_end = stat->rfind(") ");
  return name_end == std::string::npos || (*stat)[name_end + 2] == 'Z';
}

bool WaitUntilGone(const std::string& pid) {
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (!HasEnded(pid)) {
    if (absl::Now() > deadline) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace

TEST_CASE("A trial that misbehaves has its state and its reason", "[fault]") {
  // Kubernetes reads $$ as one dollar.
  const auto one = GENERATE(values<Case>(
      {{"exit 3", 1, "TRIAL_FAILED", "ExitCode", "exited with status 3"},
       {"printf \"\\377\\n\" >&2; exit 4", 1, "TRIAL_FAILED", "ExitCode", "exited with status 4"},
       {"kill -SEGV $$$$", 1, "TRIAL_FAILED", "Signal", "signal"},
       {"kill -KILL $$$$", 1, "TRIAL_FAILED", "Signal", "signal"},
       {"true", 1, "TRIAL_METRICS_UNAVAILABLE", "MetricsUnavailable", "loss"},
       {"echo loss=", 1, "TRIAL_METRICS_UNAVAILABLE", "MetricsUnavailable", "loss"},
       {"echo loss=nan", 1, "TRIAL_METRICS_UNAVAILABLE", "ObjectiveNotANumber", "loss"},
       {"printf \"\\377\\376 loss=0.5 \\200\\303(\\n\"", 0, "TRIAL_SUCCEEDED", "", ""},
       {"printf \"loss\\377=1\\n\"; echo loss=0.5", 0, "TRIAL_SUCCEEDED", "", ""},
       {"exec >&- 2>&-; sleep 0.1", 1, "TRIAL_METRICS_UNAVAILABLE", "MetricsUnavailable",
        "loss"}}));
  CAPTURE(one.script);
  Shell shell;
  const auto run = shell.Run({"run", shell.Write("odd", one.script, 2)});
  INFO(run.text);
  CHECK(run.status == one.status);
  if (kMeasuresMemory) CHECK(run.resident_bytes < kMostResidentBytes);
  int found = 0;
  for (const auto& trial : TrialDocuments(shell, "odd")) {
    INFO(trial.dump());
    // The other of the pair may have been stopped when the first had failed.
    if (trial["state"] == "TRIAL_KILLED") continue;
    ++found;
    CHECK(trial["state"] == one.state);
    if (*one.reason != '\0') CHECK(trial["reason"] == one.reason);
    CHECK(Has(trial.value("message", ""), one.message));
    // The log is passed through byte for byte, whatever it holds.
    CHECK(shell.Run({"logs", trial["name"].get<std::string>()}).status == 0);
  }
  CHECK(found >= 1);
  if (one.status != 0) CHECK(Has(run.text, one.reason));
}

TEST_CASE("A hundred megabytes without a line break cost no memory", "[fault][slow]") {
  Shell shell;
  const auto run =
      shell.Run({"run", shell.Write("long", "head -c 100000000 /dev/zero; echo; echo loss=$0", 2)});
  INFO(run.text);
  CHECK(run.status == 0);
  CHECK(Has(run.text, "MaxTrialsReached"));
  CAPTURE(run.resident_bytes);
  if (kMeasuresMemory) CHECK(run.resident_bytes < kMostResidentBytes);
  for (const auto& trial : TrialDocuments(shell, "long"))
    CHECK(trial["state"] == "TRIAL_SUCCEEDED");
}

TEST_CASE("What a trial leaves running goes with it", "[fault]") {
  Shell shell;
  const std::string pids = shell.File("pids");
  const auto run = shell.Run(
      {"run", shell.Write("parent",
                          "sleep 1000 & echo $! >> " + pids + "; (sleep 1000; true) & echo $! >> " +
                              pids + "; echo loss=$0",
                          2)});
  INFO(run.text);
  CHECK(run.status == 0);
  const std::string text = *ReadFile(pids);
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
  for (size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    const std::string pid = text.substr(at, text.find('\n', at) - at);
    CAPTURE(pid);
    CHECK(WaitUntilGone(pid));
  }
}

TEST_CASE("A trial that ignores TERM is ended when the goal is reached", "[fault][slow]") {
  Shell shell;
  const std::string first = shell.File("first"), pid = shell.File("pid");
  // The first to come holds on; the other waits until it does and reaches the goal.
  const auto run =
      shell.Run({"run", shell.Write("stubborn",
                                    "if mkdir " + first +
                                        " 2>/dev/null; then trap \"\" TERM; sleep 1000 & "
                                        "echo $$$$ > " +
                                        pid +
                                        "; while :; do sleep 0.1; done; fi; "
                                        "while ! test -s " +
                                        pid + "; do sleep 0.05; done; echo loss=-2",
                                    2)});
  INFO(run.text);
  CHECK(run.status == 0);
  CHECK(Has(run.text, "GoalReached"));
  std::multiset<std::string> states;
  for (const auto& trial : TrialDocuments(shell, "stubborn")) states.insert(trial["state"]);
  CHECK(states == std::multiset<std::string>{"TRIAL_KILLED", "TRIAL_SUCCEEDED"});
  const std::string text = *ReadFile(pid);
  CHECK(WaitUntilGone(text.substr(0, text.find('\n'))));
}

TEST_CASE("A trial that ignores TERM is ended when the experiment is stopped", "[fault][slow]") {
  Shell shell;
  const std::string pid = shell.File("pid");
  auto run = shell.Start(
      {"run",
       shell.Write("stopped",
                   "trap \"\" TERM; echo $$$$ >> " + pid + "; while :; do sleep 0.1; done", 2)});
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (!FileExists(pid) || ReadFile(pid)->empty()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(10));
  }
  run->Signal(SIGINT);
  CHECK(WEXITSTATUS(run->Wait()) == 130);
  INFO(shell.Output());
  CHECK(Has(shell.Output(), "qalam resume stopped"));
  for (const auto& trial : TrialDocuments(shell, "stopped"))
    CHECK(trial["state"] == "TRIAL_KILLED");
  const std::string text = *ReadFile(pid);
  CHECK(WaitUntilGone(text.substr(0, text.find('\n'))));
}

}  // namespace qalam
