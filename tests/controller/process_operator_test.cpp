// What is special to trials that are processes. What holds for every engine is in
// tests/conformance/.

#include "controller/operators/process_operator.h"

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/retry.h"
#include "tests/support/temporary_directory.h"

namespace qalam {
namespace {

std::unique_ptr<TrialOperator> Make() {
  return MakeProcessOperator(
      {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = 0.3});
}

TrialJob Job(const TemporaryDirectory& directory, const std::vector<std::string>& command) {
  TrialJob job;
  job.uid = job.name = "trial";
  job.directory = directory.File("trial");
  job.metric_names = {"loss"};
  job.manifest["spec"]["template"]["spec"]["containers"] =
      Json::array({{{"name", "main"}, {"command", command}}});
  return job;
}

template <typename Condition>
void WaitUntil(Condition condition) {
  const auto deadline = absl::Now() + absl::Seconds(30);
  while (!condition()) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
}

JobStatus WaitForEnd(TrialOperator& trial_operator, const std::string& handle) {
  JobStatus status;
  WaitUntil([&] {
    status = trial_operator.Poll({&handle, 1})->front();
    return status.state != JobState::kRunning;
  });
  return status;
}

// The process number that the command prints as its first line.
pid_t WaitForPrintedPid(TrialOperator& trial_operator, const std::string& handle) {
  std::string log;
  WaitUntil([&] {
    log = trial_operator.ReadLog(handle, 0)->data;
    return log.find('\n') != std::string::npos;
  });
  return std::stoi(log);
}

// Whoever inherits an orphan reaps it, which may take a moment.
void WaitUntilGone(pid_t pid) {
  WaitUntil([pid] {
    if (kill(pid, 0) != 0 && errno == ESRCH) return true;
    const auto stat = ReadFile(fmt::format("/proc/{}/stat", pid), 4096);
    return !stat.ok() || stat->find(") Z ") != std::string::npos;
  });
}

}  // namespace

TEST_CASE("What is Slurm's alone is refused, and left alone", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  auto job = Job(directory, {"touch", "begun"});
  const std::string handle = job.directory;
  // A trial that was begun as a job of Slurm's.
  REQUIRE(MakeDirectories(handle).ok());
  REQUIRE(WriteFileAtomically(handle + "/slurm.json", "{}", false).ok());
  CHECK(*trial_operator->Submit(job) == handle);
  CHECK(trial_operator->Poll({&handle, 1})->front().state == JobState::kUnknown);
  CHECK_FALSE(FileExists(handle + "/begun"));
  job.manifest["apiVersion"] = "qalam.io/v1";
  job.manifest["kind"] = "SlurmJob";
  job.directory = directory.File("other");
  CHECK(trial_operator->CheckManifest(job.manifest).code() == StatusCode::kInvalidArgument);
  const auto refused = trial_operator->Submit(job);
  CHECK(refused.status().code() == StatusCode::kInvalidArgument);
  CHECK(Message(refused.status()).find("--operator slurm") != std::string::npos);
}

TEST_CASE("Children that a command leaves behind end with it", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle =
      *trial_operator->Submit(Job(directory, {"sh", "-c", "sleep 1000 & echo $!; exit 0"}));
  const pid_t child = WaitForPrintedPid(*trial_operator, handle);
  CHECK(WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  WaitUntilGone(child);
}

TEST_CASE("Cancel ends a command that ignores TERM, with its children", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(Job(
      directory, {"sh", "-c", "trap '' TERM; sleep 1000 & echo $!; while :; do sleep 0.05; done"}));
  const pid_t child = WaitForPrintedPid(*trial_operator, handle);
  REQUIRE(trial_operator->Cancel(handle).ok());
  CHECK(WaitForEnd(*trial_operator, handle).state == JobState::kKilled);
  WaitUntilGone(child);
}

TEST_CASE("The command of a killed collector is killed and its trial fails", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle =
      *trial_operator->Submit(Job(directory, {"sh", "-c", "echo $$$$; exec sleep 1000"}));
  const pid_t command = WaitForPrintedPid(*trial_operator, handle);
  const auto claim = *collector::ReadClaim(handle);
  REQUIRE(claim.pid != command);
  REQUIRE(kill(claim.pid, SIGKILL) == 0);
  const auto status = WaitForEnd(*trial_operator, handle);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "CollectorLost");
  WaitUntilGone(command);
  CHECK(Make()->Poll({&handle, 1})->front().reason == "CollectorLost");
}

// As when the machine is shut down, or the service that started it stopped.
TEST_CASE("A collector that is told to end from outside has lost its trial", "[operator]") {
  const bool cancelled = GENERATE(false, true);
  CAPTURE(cancelled);
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle =
      *trial_operator->Submit(Job(directory, {"sh", "-c", "echo $$$$; exec sleep 1000"}));
  const pid_t command = WaitForPrintedPid(*trial_operator, handle);
  if (cancelled) REQUIRE(WriteFileAtomically(handle + "/cancel", "", false).ok());
  REQUIRE(kill(collector::ReadClaim(handle)->pid, SIGTERM) == 0);
  const auto status = WaitForEnd(*trial_operator, handle);
  CHECK(status.state == (cancelled ? JobState::kKilled : JobState::kFailed));
  CHECK(status.reason == (cancelled ? "Cancelled" : "CollectorLost"));
  CHECK(IsInfrastructureFailure(status) == !cancelled);
  WaitUntilGone(command);
  CHECK(Make()->Poll({&handle, 1})->front().reason == status.reason);
}

TEST_CASE("A hundred megabytes without a newline do no harm", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle =
      *trial_operator->Submit(Job(directory, {"sh", "-c", "head -c 100000000 /dev/zero"}));
  CHECK(WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 99'999'990)->data == std::string(10, '\0'));
}

TEST_CASE("Arguments and output arrive byte for byte", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  // JSON holds text: bytes that are none are replaced before they come this far.
  const std::string odd = "a 'b' \"c\" $HOME `d` \n \xc3\xa9";
  const auto handle = *trial_operator->Submit(Job(directory, {"printf", "%s", odd}));
  REQUIRE(WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data == odd);
  CHECK(trial_operator->ReadLog(handle, 2)->data == odd.substr(2));
}

TEST_CASE("A job with a checkpoint folder finds its parent's there", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  auto job = Job(directory, {"sh", "-c", "cat \"$QALAM_CHECKPOINT_DIR/step\""});
  job.checkpoint_source = directory.File("parent");
  job.checkpoint_directory = directory.File("trial/checkpoint");
  REQUIRE(MakeDirectories(job.checkpoint_source).ok());
  REQUIRE(WriteFileAtomically(job.checkpoint_source + "/step", "41", false).ok());
  const auto handle = *trial_operator->Submit(job);
  CHECK(WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data == "41");
}

TEST_CASE("A job that knows its checkpoint folder by a mount is led to it", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  auto job = Job(directory, {"sh", "-c", "echo 42 > /opt/ckpt/step"});
  job.checkpoint_directory = directory.File("trial/checkpoint");
  job.checkpoint_mount = "/opt/ckpt";
  const auto handle = *trial_operator->Submit(job);
  CHECK(WaitForEnd(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(*ReadFile(job.checkpoint_directory + "/step") == "42\n");
}

TEST_CASE("The last words of a command that fails are told with its end", "[operator]") {
  TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto job =
      Job(directory, {"sh", "-c",
                      "printf 'Traceback:\\377 no' > \"$QALAM_TERMINATION_MESSAGE_PATH\"; "
                      "exit 3"});
  const auto handle = trial_operator->Submit(job);
  REQUIRE(handle.ok());
  const auto status = WaitForEnd(*trial_operator, *handle);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.message == "the command exited with status 3: Traceback:\xef\xbf\xbd no");
}

TEST_CASE("A trial knows where to report, and no secret but its own", "[operator]") {
  const bool has_token = GENERATE(false, true);
  TemporaryDirectory directory;
  setenv("QALAM_TOKEN", "a secret of the server's", 1);
  setenv("QALAM_TOKEN_FILE", "a secret of the server's", 1);
  TrialTokenMaker token;
  if (has_token) token = [](const std::string& uid) { return "token of " + uid; };
  const auto trial_operator = MakeProcessOperator({.collector_path = QALAM_BIN "/qalam-collector",
                                                   .grace_seconds = 0.3,
                                                   .server_address = "unix:/run/qalam.sock",
                                                   .trial_token = token});
  auto job = Job(directory, {"sh", "-c",
                             "echo \"$QALAM_ADDRESS,$QALAM_TRIAL,$QALAM_NAMESPACE,"
                             "$QALAM_TOKEN,$QALAM_TOKEN_FILE,\""});
  job.name_space = "team";
  job.collector.kind = CollectorKind::kPush;
  const auto handle = trial_operator->Submit(job);
  REQUIRE(handle.ok());
  CHECK(WaitForEnd(*trial_operator, *handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(*handle, 0)->data ==
        fmt::format("unix:/run/qalam.sock,trial,team,{},,\n",
                    has_token ? "token of " + job.uid : ""));
  CHECK(ReadFile(*handle + "/job.json")->find("a secret") == std::string::npos);
  unsetenv("QALAM_TOKEN");
  unsetenv("QALAM_TOKEN_FILE");
}

TEST_CASE("A job without a checkpoint folder pays nothing for it", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(
      Job(directory, {"sh", "-c", "echo \"${QALAM_CHECKPOINT_DIR-none}\"; ls -d checkpoint*"}));
  const auto status = WaitForEnd(*trial_operator, handle);
  CHECK(status.state == JobState::kFailed);
  CHECK(trial_operator->ReadLog(handle, 0)->data.starts_with("none\n"));
  CHECK_FALSE(FileExists(handle + "/checkpoint"));
}

}  // namespace qalam
