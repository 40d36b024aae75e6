// What happens to trials when something happens to Slurm: on real daemons.

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "controller/collector/job.h"
#include "controller/retry.h"
#include "tests/engines/slurm/slurm_trials.h"

namespace qalam {

namespace {

constexpr char kNote[] = "echo begun >> $QALAM_TRIAL_DIR/begun; ";
// Hangs in its first run, and succeeds in the second.
constexpr char kSecondTimeLucky[] =
    "echo $$$$ >> $QALAM_TRIAL_DIR/pids; echo begun >> $QALAM_TRIAL_DIR/begun; "
    "test -e $QALAM_TRIAL_DIR/there && echo loss=2 && exit 0; "
    "touch $QALAM_TRIAL_DIR/there; echo loss=1; exec sleep 1000";

std::string Noting(const std::string& program) { return kNote + program; }

// The next run of the trial, once the engine lets it begin.
std::string RunAgain(TrialOperator& trial_operator, TrialJob& job) {
  ++job.retries;
  StatusOr<std::string> handle;
  SlurmTrials::WaitUntil([&] {
    handle = trial_operator.Submit(job);
    return handle.status().code() != StatusCode::kUnavailable;
  });
  INFO(Message(handle.status()));
  REQUIRE(handle.ok());
  return *handle;
}

}  // namespace

TEST_CASE("Slurm: a trial whose node dies is run again on another, and its old processes end",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  auto job = trials.MakeJob("lucky", kSecondTimeLucky);
  const auto handle = *trial_operator->Submit(job);
  trials.WaitUntilBegun("lucky");
  trials.cluster().Do("kill-node", trials.Ask("lucky", "%N"));
  const JobStatus lost = SlurmTrials::WaitForEnd(*trial_operator, handle, 120);
  CAPTURE(lost.message);
  CHECK(lost.state == JobState::kFailed);
  CHECK(lost.reason == "NodeFailed");
  CHECK(IsInfrastructureFailure(lost));
  RunAgain(*trial_operator, job);
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(end.reason, end.message);
  CHECK(end.state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data == "loss=2\n");
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
  CHECK(trials.Begun("lucky") == 2);
  // The node is not really gone: what ran there notices that its folder has been given to another.
  const int old_process = std::stoi(*ReadFile(handle + "/pids"));
  SlurmTrials::WaitUntil([&] { return kill(old_process, 0) != 0; });
  CHECK(SlurmTrials::Look(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data == "loss=2\n");
}

TEST_CASE("Slurm: a trial survives the daemon of its node, and its end is told", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const auto handle = *trial_operator->Submit(trials.MakeJob(
      "survivor",
      Noting("while ! test -e $QALAM_TRIAL_DIR/go; do sleep 0.1; done; echo loss=1; exit 3")));
  trials.WaitUntilBegun("survivor");
  const std::string node = trials.Ask("survivor", "%N");
  trials.cluster().Do("kill", node);
  CHECK(SlurmTrials::Look(*trial_operator, handle).state == JobState::kRunning);
  REQUIRE(WriteFileAtomically(handle + "/go", "", false).ok());
  SlurmTrials::WaitUntil([&] { return FileExists(handle + "/" + collector::kResultFile); });
  trials.cluster().Do("start", node);
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle, 120);
  CAPTURE(end.message);
  CHECK(end.reason == "ExitCode");
  CHECK(trials.Begun("survivor") == 1);
}

TEST_CASE("Slurm: while its controller is away nothing is known, and then the true end",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const std::string program = Noting("while ! test -e $QALAM_TRIAL_DIR/go; do sleep 0.1; done; ");
  const auto good = *trial_operator->Submit(trials.MakeJob("good", program + "echo loss=1"));
  const auto bad = *trial_operator->Submit(trials.MakeJob("bad", program + "exit 3"));
  trials.WaitUntilBegun("good");
  trials.WaitUntilBegun("bad");
  trials.cluster().Do("stop", "slurmctld");
  SlurmTrials::WaitUntil(
      [&] { return SlurmTrials::Look(*trial_operator, bad).state == JobState::kUnknown; });
  CHECK(SlurmTrials::Look(*trial_operator, bad).reason == "SlurmAway");
  // Nor is anything submitted.
  const auto late = trials.MakeJob("late", Noting("true"));
  CHECK(trial_operator->Submit(late).status().code() == StatusCode::kUnavailable);
  for (const auto& folder : {good, bad}) {
    REQUIRE(WriteFileAtomically(folder + "/go", "", false).ok());
    SlurmTrials::WaitUntil([&] { return FileExists(folder + "/" + collector::kResultFile); });
  }
  // A success needs nobody's word; a failure may have been Slurm's doing.
  CHECK(SlurmTrials::Look(*trial_operator, good).state == JobState::kSucceeded);
  CHECK(SlurmTrials::Look(*trial_operator, bad).state == JobState::kUnknown);
  trials.cluster().Do("start", "slurmctld");
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, bad).reason == "ExitCode");
  StatusOr<std::string> handle;
  SlurmTrials::WaitUntil([&] {
    handle = trial_operator->Submit(late);
    return handle.ok();
  });
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, *handle);
  CAPTURE(end.reason, end.message);
  CHECK(end.state == JobState::kSucceeded);
  CHECK(trials.Begun("late") == 1);
}

TEST_CASE("Slurm: when its controller dies right after a submission, the trial is not lost",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  auto job = trials.MakeJob("stale", Noting("sleep 1; echo loss=1"));
  const auto handle = *trial_operator->Submit(job);
  trials.cluster().Do("kill", "slurmctld");
  trials.cluster().Do("start", "slurmctld");
  // Depending on what it had saved it knows the job, has forgotten it, or holds it as failed to
  // launch. The first is a success, the others are followed by a run. An id that it has forgotten
  // it gives away once more, and then takes the end of the first job for the second one's, which it
  // says was cancelled: nothing tells that from a user's scancel.
  JobStatus end;
  for (int run = 0; run < 3; ++run) {
    end = SlurmTrials::WaitForEnd(*trial_operator, handle, 120);
    if (end.state == JobState::kSucceeded) break;
    INFO(end.reason << ": " << end.message);
    REQUIRE((IsInfrastructureFailure(end) || (run > 0 && end.reason == "CancelledInSlurm")));
    RunAgain(*trial_operator, job);
  }
  CHECK(end.state == JobState::kSucceeded);
  CHECK(trials.Begun("stale") <= job.retries + 1);
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Slurm: a drained node ends its trials, and gets no other", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const auto first = *trial_operator->Submit(trials.MakeJob(
      "first", Noting("while ! test -e $QALAM_TRIAL_DIR/go; do sleep 0.1; done; echo loss=1")));
  trials.WaitUntilBegun("first");
  trials.cluster().Run({"scontrol", "update", "NodeName=n[1-4]", "State=DRAIN", "Reason=test"});
  const auto second = *trial_operator->Submit(trials.MakeJob("second", Noting("echo loss=1")));
  JobStatus waiting;
  SlurmTrials::WaitUntil([&] {
    waiting = SlurmTrials::Look(*trial_operator, second);
    return !waiting.message.empty();
  });
  CHECK(waiting.state == JobState::kRunning);
  CHECK(waiting.reason == "WaitingInSlurm");
  CHECK(waiting.message.starts_with("waiting in Slurm: "));
  REQUIRE(WriteFileAtomically(first + "/go", "", false).ok());
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, first).state == JobState::kSucceeded);
  CHECK(trials.Begun("second") == 0);
  trials.cluster().Run({"scontrol", "update", "NodeName=n[1-4]", "State=RESUME"});
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, second).state == JobState::kSucceeded);
}

TEST_CASE("Slurm: a trial that is put back into the queue from outside is run again",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  auto job = trials.MakeJob("again", kSecondTimeLucky);
  const auto handle = *trial_operator->Submit(job);
  trials.WaitUntilBegun("again");
  const std::string id = trials.Ask("again", "%A");
  // Of itself it cannot be.
  CHECK_THROWS(trials.cluster().Run({"scontrol", "requeue", id}));
  trials.cluster().Run({"scontrol", "update", "JobId=" + id, "Requeue=1"});
  trials.cluster().Run({"scontrol", "requeue", id});
  const JobStatus stopped = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(stopped.message);
  CHECK(stopped.reason == "StoppedBySlurm");
  CHECK(IsInfrastructureFailure(stopped));
  RunAgain(*trial_operator, job);
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(end.reason, end.message);
  CHECK(end.state == JobState::kSucceeded);
  CHECK(trials.Begun("again") == 2);
}

TEST_CASE("Slurm: a trial that is cancelled from outside is killed, and says so", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const bool runs = GENERATE(true, false);
  CAPTURE(runs);
  // Also one that takes TERM for a reason to exit by itself.
  const auto handle = *trial_operator->Submit(
      trials.MakeJob("victim", Noting("trap 'exit 5' TERM; while true; do sleep 0.1; done"),
                     runs ? Json::object() : Json{{"options", {"--hold"}}}));
  if (runs) trials.WaitUntilBegun("victim");
  SlurmTrials::WaitUntil([&] { return !trials.Ask("victim", "%A").empty(); });
  trials.cluster().Run({"scancel", trials.Ask("victim", "%A")});
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(end.message);
  CHECK(end.state == JobState::kKilled);
  CHECK(end.reason == "CancelledInSlurm");
  CHECK(trials.Begun("victim") == (runs ? 1 : 0));
}

TEST_CASE("Slurm: an end is judged by what Slurm says after it", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  SlurmOptions options = trials.Options();
  // What it said of the job that waits is all that there is, unless it is asked for the end.
  options.poll_interval = absl::Hours(1);
  const auto trial_operator = trials.MakeOperator(options);
  const auto handle = *trial_operator->Submit(
      trials.MakeJob("late", Noting("exec sleep 1000"), Json{{"options", {"--hold"}}}));
  SlurmTrials::WaitUntil([&] {
    return SlurmTrials::Look(*trial_operator, handle).message == "waiting in Slurm: JobHeldUser";
  });
  trials.cluster().Run({"scontrol", "release", trials.Ask("late", "%A")});
  trials.WaitUntilBegun("late");
  trials.cluster().Run({"scancel", trials.Ask("late", "%A")});
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(end.message);
  CHECK(end.reason == "CancelledInSlurm");
}

TEST_CASE("Slurm: a held trial waits, and says so", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const auto job =
      trials.MakeJob("held", Noting("echo loss=1"), Json{{"options", {"--hold", "--nice=5"}}});
  const auto handle = *trial_operator->Submit(job);
  SlurmTrials::WaitUntil([&] {
    return SlurmTrials::Look(*trial_operator, handle).message == "waiting in Slurm: JobHeldUser";
  });
  trials.cluster().Run({"scontrol", "release", trials.Ask("held", "%A")});
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
}

TEST_CASE("Slurm: a trial that reaches Slurm's time limit fails for that", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const auto handle = *trial_operator->Submit(
      trials.MakeJob("slow", Noting("echo loss=1; exec sleep 1000"), Json{{"time", "10"}}));
  trials.WaitUntilBegun("slow");
  CHECK(trials.Ask("slow", "%l") == "10:00");
  // Slurm counts in minutes, and looks twice in each: its clock is helped along.
  trials.cluster().Run({"scontrol", "update", "JobId=" + trials.Ask("slow", "%A"), "EndTime=now"});
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle, 240);
  CAPTURE(end.message);
  CHECK(end.state == JobState::kFailed);
  CHECK(end.reason == "TimeLimit");
  CHECK_FALSE(IsInfrastructureFailure(end));
  CHECK(trial_operator->ReadObservations(handle, 0)->points.size() == 1);
}

TEST_CASE("Slurm: a controller that is killed between sbatch and its answer submits once",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  // sbatch, and then whoever has called it is dead.
  const std::string programs = trials.File("programs");
  REQUIRE(MakeDirectories(programs).ok());
  REQUIRE(WriteFileAtomically(programs + "/sbatch",
                              "#!/bin/sh\ntest \"$1\" = --version && exec /usr/bin/sbatch \"$@\"\n"
                              "/usr/bin/sbatch \"$@\" > /dev/null; kill -9 $PPID\n",
                              false)
              .ok());
  chmod((programs + "/sbatch").c_str(), 0755);
  const auto job = trials.MakeJob("once", Noting("sleep 0.5; echo loss=1"));
  const pid_t child = fork();
  if (child == 0) {
    auto options = trials.Options();
    options.environment["PATH"] = programs + ":" + std::getenv("PATH");
    (void)trials.MakeOperator(options)->Submit(job);
    _exit(1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  const auto trial_operator = trials.MakeOperator();
  const auto handle = *trial_operator->Submit(job);
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trials.Begun("once") == 1);
  CHECK(trials.Ask("once", "%A").find('\n') == std::string::npos);
}

TEST_CASE("Slurm: what it does not take is refused in its words, and can be told apart",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  const auto refused = trial_operator->Submit(
      trials.MakeJob("refused", "true", Json{{"partition", "no-such-partition"}}));
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(refused.status()).find("invalid partition") != std::string::npos);
  const std::string handle = trials.File("refused");
  CHECK(SlurmTrials::Look(*trial_operator, handle).state == JobState::kMissing);
  const auto faulty =
      trial_operator->Submit(trials.MakeJob("faulty", "true", Json{{"options", {"--array=1-3"}}}));
  CHECK(Message(faulty.status()).find("spec.options[0]") != std::string::npos);
}

TEST_CASE("Slurm: a node without qalam's programs fails a trial before it begins",
          "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  auto options = trials.Options();
  options.collector_path = "/no/such/qalam-collector";
  const auto trial_operator = trials.MakeOperator(options);
  const auto handle = *trial_operator->Submit(trials.MakeJob("nowhere", Noting("true")));
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, handle);
  CAPTURE(end.message);
  CHECK(end.reason == "LaunchFailed");
  CHECK(end.message.find("/no/such/qalam-collector") != std::string::npos);
}

TEST_CASE("Slurm: a distributed job's replicas run together on one node", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  const auto trial_operator = trials.MakeOperator();
  auto job = trials.MakeJob("pair", "");
  const Json replica = {{"template",
                         {{"spec",
                           {{"containers",
                             {{{"name", "pytorch"},
                               {"command",
                                {"sh", "-c",
                                 "echo $RANK of $WORLD_SIZE at $MASTER_ADDR job "
                                 "$SLURM_JOB_ID"}}}}}}}}}};
  job.manifest = {{"apiVersion", "kubeflow.org/v1"},
                  {"kind", "PyTorchJob"},
                  {"spec", {{"pytorchReplicaSpecs", {{"Master", replica}, {"Worker", replica}}}}}};
  const auto submitted = trial_operator->Submit(job);
  INFO(Message(submitted.status()));
  REQUIRE(submitted.ok());
  const JobStatus end = SlurmTrials::WaitForEnd(*trial_operator, *submitted);
  CAPTURE(end.message);
  CHECK(end.state == JobState::kSucceeded);
  const std::string id = trials.Ask("pair", "%A");
  CHECK(trial_operator->ReadLog(*submitted, 0)->data == "0 of 2 at 127.0.0.1 job " + id + "\n");
  CHECK(*ReadFile(*submitted + "/output-worker-0.log") == "1 of 2 at 127.0.0.1 job " + id + "\n");
}

TEST_CASE("Slurm: a trial's environment, its setup and what it asks for", "[slurm][slow]") {
  ON_A_SLURM_CLUSTER(trials);
  setenv("QALAM_TOKEN", "a secret", 1);
  setenv("OF_THE_SUBMITTER", "there", 1);
  const auto trial_operator = trials.MakeOperator();
  auto job = trials.MakeJob(
      "environment",
      "echo token=$QALAM_TOKEN here=$OF_THE_SUBMITTER module=$MODULE threads=$OMP_NUM_THREADS "
      "cpus=$SLURM_CPUS_PER_TASK comment=$(squeue -h -j $SLURM_JOB_ID -o %k:%P); "
      "command -v qalam-collector",
      Json{{"setup", {"export MODULE='a \"module\"'", "PATH=/opt/module:$PATH"}},
           {"partition", "second"}});
  job.resources.cpu = 1.5;
  job.resources.memory_bytes = 100 << 20;
  job.timeout_seconds = 1000;
  const auto handle = *trial_operator->Submit(job);
  unsetenv("QALAM_TOKEN");
  CHECK(SlurmTrials::WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data ==
        "token= here=there module=a \"module\" threads=1 cpus=2 "
        "comment=experiment/environment:second\n" QALAM_BIN "/qalam-collector\n");
  CHECK(trials.Ask("environment", "%C %m %l") == "2 100M 18:00");
}

}  // namespace qalam
