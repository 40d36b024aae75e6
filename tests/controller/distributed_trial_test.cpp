// Trials that are several processes, under the real collector.

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/process_operator.h"
#include "tests/support/distributed_manifest.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

// Whoever runs it can be found again: its number is in the file NAME.pid of the trial's folder.
// ($$ in a manifest is one dollar.)
std::vector<std::string> Shell(const std::string& name, const std::string& script) {
  return {"sh", "-c",
          fmt::format("echo $$$$ > \"$QALAM_TRIAL_DIR/{0}.part\"; "
                      "mv \"$QALAM_TRIAL_DIR/{0}.part\" \"$QALAM_TRIAL_DIR/{0}.pid\"; {1}",
                      name, script)};
}

constexpr char kForever[] = "while :; do sleep 0.05; done";

template <typename Condition>
void WaitFor(Condition condition) {
  const auto deadline = absl::Now() + absl::Seconds(30);
  while (!condition()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
}

// One trial of a distributed kind, submitted at once.
class DistributedTrial {
 public:
  DistributedTrial(const std::string& kind, const std::vector<RoleOfManifest>& roles,
                   double grace_seconds = 0.3, std::optional<double> timeout_seconds = {}) {
    operator_ = MakeProcessOperator(
        {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = grace_seconds});
    TrialJob job;
    job.uid = job.name = "trial";
    job.directory = directory_.File("trial");
    job.metric_names = {"loss"};
    job.timeout_seconds = timeout_seconds;
    job.manifest = DistributedManifest(kind, roles);
    const auto handle = operator_->Submit(job);
    INFO(Message(handle.status()));
    REQUIRE(handle.ok());
    handle_ = *handle;
  }

  TrialOperator& engine() { return *operator_; }
  const std::string& handle() const { return handle_; }
  JobStatus End() {
    JobStatus status;
    WaitFor([&] {
      status = operator_->Poll({&handle_, 1})->front();
      return status.state != JobState::kRunning;
    });
    return status;
  }
  std::string Text(const std::string& file) const {
    const auto text = ReadFile(handle_ + "/" + file);
    return text.ok() ? *text : "(none)";
  }
  // Of a command made by Shell, once it runs.
  pid_t Pid(const std::string& name) const {
    WaitFor([&] { return FileExists(handle_ + "/" + name + ".pid"); });
    return std::stoi(Text(name + ".pid"));
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<TrialOperator> operator_;
  std::string handle_;
};

// Whoever inherits an orphan reaps it, which may take a moment.
void WaitUntilEnded(pid_t pid) {
  CAPTURE(pid);
  WaitFor([pid] {
    if (kill(pid, 0) != 0 && errno == ESRCH) return true;
    const auto stat = ReadFile(fmt::format("/proc/{}/stat", pid), 4096);
    return !stat.ok() || stat->find(") Z ") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("The primary replica's output is the trial's, the others have files", "[replicas]") {
  DistributedTrial trial("XGBoostJob", {{"Master", 1, {"sh", "-c", "echo loss=1; exec sleep 0.1"}},
                                        {"Worker", 2, {"sh", "-c", "echo loss=2 $RANK"}}});
  const auto status = trial.End();
  CHECK(status.state == JobState::kSucceeded);
  CHECK(status.message == "master 0 exited with status 0");
  CHECK(trial.Text("output.log") == "loss=1\n");
  CHECK(trial.Text("output-worker-0.log") == "loss=2 1\n");
  CHECK(trial.Text("output-worker-1.log") == "loss=2 2\n");
  const auto points = trial.engine().ReadObservations(trial.handle(), 0)->points;
  REQUIRE(points.size() == 1);
  CHECK(points[0].value == 1);
}

TEST_CASE("A replica's failure ends the set and is the reason", "[replicas]") {
  struct Case {
    const char* script;
    const char* reason;
    const char* message;
  };
  const auto one = GENERATE(values<Case>({
      {"exit 3", "ExitCode", "worker 1 exited with status 3 (see output-worker-1.log)"},
      {"kill -9 $$$$", "Signal",
       "worker 1 was killed by signal 9 (Killed) (see output-worker-1.log)"},
  }));
  const std::string wait_for_both =
      "while [ ! -e master.pid ] || [ ! -e other.pid ]; do sleep 0.01; done; ";
  DistributedTrial trial(
      "PyTorchJob",
      {{"Master", 1, Shell("master", kForever)},
       {"Worker",
        2,
        {"sh", "-c",
         "[ $RANK = 2 ] || { echo $$$$ > other; mv other other.pid; exec sleep 1000; }; " +
             wait_for_both + one.script}}});
  const auto status = trial.End();
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == one.reason);
  CHECK(status.message == one.message);
  WaitUntilEnded(trial.Pid("master"));
  WaitUntilEnded(trial.Pid("other"));
}

TEST_CASE("The primary replica's failure is told with its name", "[replicas]") {
  DistributedTrial trial("XGBoostJob",
                         {{"Master", 1, {"sh", "-c", "exit 2"}},
                          {"Worker", 1, Shell("worker", "trap '' TERM; sleep 1000")}});
  const auto status = trial.End();
  CHECK(status.message == "master 0 exited with status 2");
  CHECK(status.state == JobState::kFailed);
}

TEST_CASE("Those that serve are told to end once the set has succeeded", "[replicas]") {
  // With a grace of minutes, only being told at once ends the trial in time.
  DistributedTrial trial(
      "TFJob",
      {{"Chief", 1, {"sh", "-c", "while [ ! -e ps.pid ]; do sleep 0.01; done"}},
       {"PS",
        1,
        {"sh", "-c", "trap 'echo told; exit 1' TERM; : > ps.pid; while :; do sleep 0.05; done"}}},
      300);
  const auto status = trial.End();
  CHECK(status.state == JobState::kSucceeded);
  CHECK_THAT(trial.Text("output-ps-0.log"), Catch::EndsWith("told\n"));
}

TEST_CASE("Others may finish what they do after the primary replica's success", "[replicas]") {
  DistributedTrial trial(
      "PyTorchJob",
      {{"Master", 1, {"true"}}, {"Worker", 1, {"sh", "-c", "sleep 0.3; echo saved; exit 1"}}}, 300);
  CHECK(trial.End().state == JobState::kSucceeded);
  CHECK(trial.Text("output-worker-0.log") == "saved\n");
}

TEST_CASE("Others that do not end after the success are ended, and it stands", "[replicas]") {
  DistributedTrial trial(
      "PyTorchJob",
      {{"Master", 1, {"sh", "-c", "while [ ! -e worker.pid ]; do sleep 0.01; done"}},
       {"Worker", 1, Shell("worker", std::string("trap '' TERM; ") + kForever)}},
      0.2);
  CHECK(trial.End().state == JobState::kSucceeded);
  WaitUntilEnded(trial.Pid("worker"));
}

TEST_CASE("Where all workers count, a late failure is one", "[replicas]") {
  const std::string script = "[ $PROCESS_ID = 0 ] || { sleep 0.2; exit 4; }";
  DistributedTrial trial("JAXJob", {{"Worker", 2, {"sh", "-c", script}}});
  const auto status = trial.End();
  CHECK(status.state == JobState::kFailed);
  CHECK(status.message == "worker 1 exited with status 4 (see output-worker-1.log)");
}

TEST_CASE("Cancel ends every replica, also those that ignore TERM", "[replicas]") {
  const std::string stubborn = std::string("trap '' TERM; ") + kForever;
  DistributedTrial trial("PyTorchJob", {{"Master", 1, Shell("master", stubborn)},
                                        {"Worker", 1, Shell("worker", stubborn)}});
  const pid_t master = trial.Pid("master"), worker = trial.Pid("worker");
  REQUIRE(trial.engine().Cancel(trial.handle()).ok());
  CHECK(trial.End().state == JobState::kKilled);
  WaitUntilEnded(master);
  WaitUntilEnded(worker);
}

TEST_CASE("A time limit ends every replica and is the reason", "[replicas]") {
  DistributedTrial trial("PyTorchJob",
                         {{"Master", 1, Shell("master", "exec sleep 1000")},
                          {"Worker", 1, Shell("worker", "exec sleep 1000")}},
                         0.3, 2);
  const auto status = trial.End();
  CHECK(status.reason == "Timeout");
  CHECK(status.message ==
        "stopped after its time limit of 2 s; master 0 was killed by signal 15 (Terminated)");
  WaitUntilEnded(trial.Pid("worker"));
}

TEST_CASE("None of a killed collector's replicas survives, wherever it has gone", "[replicas]") {
  // A session of its own, as mpirun gives each rank.
  const std::string astray =
      "setsid sh -c 'echo $$$$ > astray; mv astray astray.pid; exec sleep 1000' & wait";
  DistributedTrial trial("PyTorchJob", {{"Master", 1, Shell("master", kForever)},
                                        {"Worker", 1, Shell("worker", astray)}});
  const std::vector<pid_t> pids = {trial.Pid("master"), trial.Pid("worker"), trial.Pid("astray")};
  REQUIRE(kill(collector::ReadClaim(trial.handle())->pid, SIGKILL) == 0);
  CHECK(trial.End().reason == "CollectorLost");
  for (const pid_t pid : pids) WaitUntilEnded(pid);
}

TEST_CASE("A replica that cannot start leaves none of the others", "[replicas]") {
  DistributedTrial trial("PyTorchJob", {{"Master", 1, Shell("master", "exec sleep 1000")},
                                        {"Worker", 2, {"no-such-program"}}});
  const auto status = trial.End();
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "StartFailed");
  CHECK_THAT(status.message, Catch::StartsWith("worker 0: "));
  if (FileExists(trial.handle() + "/master.pid")) WaitUntilEnded(trial.Pid("master"));
}

TEST_CASE("A manifest that cannot run is refused with every fault", "[replicas]") {
  const TemporaryDirectory directory;
  TrialJob job;
  job.directory = directory.File("trial");
  job.manifest = DistributedManifest("XGBoostJob", {{"Worker", 0, {"a"}}});
  const auto refused =
      MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector"})->Submit(job);
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(refused.status()) ==
        "trialSpec.spec.xgbReplicaSpecs.Worker.replicas: \"0\" should be a whole number from 1 to "
        "64; trialSpec.spec.xgbReplicaSpecs: XGBoostJob needs a Master");
}

}  // namespace qalam
