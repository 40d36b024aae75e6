// What a collector sees in its folder by itself, where no signal reaches it.

#include <absl/time/clock.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/operators/process_operator.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

namespace {

// An endless trial of the process operator, which notes its process in "pid".
class ClaimedTrial {
 public:
  ClaimedTrial()
      : operator_(MakeProcessOperator(
            {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = 0.3})) {
    TrialJob job;
    job.uid = job.name = "trial";
    job.directory = folder();
    job.manifest["spec"]["template"]["spec"]["containers"] = Json::array(
        {{{"name", "main"}, {"command", {"sh", "-c", "echo $$$$ > pid; exec sleep 1000"}}}});
    const auto submitted = operator_->Submit(job);
    REQUIRE(submitted.ok());
    WaitUntil([&] { return !ReadFile(folder() + "/pid").value_or("").empty(); });
  }

  std::string folder() const { return directory_.File("trial"); }
  bool Runs() const { return kill(std::stoi(*ReadFile(folder() + "/pid")), 0) == 0; }
  template <typename Condition>
  static void WaitUntil(Condition condition) {
    const auto deadline = absl::Now() + absl::Seconds(30);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(5));
    }
  }

 private:
  const TemporaryDirectory directory_;
  const std::unique_ptr<TrialOperator> operator_;
};

}  // namespace

TEST_CASE("A collector whose folder another has claimed ends its command and writes nothing",
          "[collector]") {
  const ClaimedTrial trial;
  const pid_t collector = collector::ReadClaim(trial.folder())->pid;
  const std::string claim = trial.folder() + "/" + collector::kClaimFile;
  const bool is_claimed_anew = GENERATE(true, false);
  CAPTURE(is_claimed_anew);
  REQUIRE(unlink(claim.c_str()) == 0);
  const collector::ProcessIdentity other = {
      .pid = collector, .start_ticks = 7, .boot_id = "another machine's"};
  if (is_claimed_anew) REQUIRE(collector::WriteClaim(trial.folder(), other).ok());
  ClaimedTrial::WaitUntil([&] { return !trial.Runs(); });
  // It tells no end, also once it is free for another trial or gone.
  absl::SleepFor(absl::Milliseconds(200));
  CHECK_FALSE(FileExists(trial.folder() + "/" + collector::kResultFile));
}

TEST_CASE("A collector finds the cancel file without a signal", "[collector]") {
  const ClaimedTrial trial;
  const std::string cancel = trial.folder() + "/" + collector::kCancelFile;
  REQUIRE(WriteFileAtomically(cancel, "", false).ok());
  const std::string path = trial.folder() + "/" + collector::kResultFile;
  ClaimedTrial::WaitUntil([&] { return FileExists(path); });
  CHECK(collector::DecodeResult(*ReadFile(path))->ending == collector::Ending::kCancelled);
}

}  // namespace qalam
