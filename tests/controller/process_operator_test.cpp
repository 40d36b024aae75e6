#include "controller/operators/process_operator.h"

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <cmath>

#include "base/files.h"
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

JobStatus Wait(TrialOperator& trial_operator, const std::string& handle) {
  const auto deadline = absl::Now() + absl::Seconds(20);
  while (true) {
    const auto status = trial_operator.Poll({&handle, 1})->front();
    if (status.state != JobState::kRunning) return status;
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
}

}  // namespace

TEST_CASE("Every way to end has its state and reason", "[operator]") {
  struct Case {
    const char* script;
    JobState state;
    const char* reason;
  };
  const auto one =
      GENERATE(values<Case>({{"exit 0", JobState::kSucceeded, "Exited"},
                             {"exit 3", JobState::kFailed, "ExitCode"},
                             // Kubernetes reads $$ as one dollar.
       {"kill -9 $$$$", JobState::kFailed, "Signal"},
                             {"sleep 100 & exit 0", JobState::kSucceeded, "Exited"},
                             {"head -c 100000000 /dev/zero", JobState::kSucceeded, "Exited"}}));
  CAPTURE(one.script);
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(Job(directory, {"sh", "-c", one.script}));
  const auto status = Wait(*trial_operator, handle);
  INFO(status.message);
  CHECK(status.state == one.state);
  CHECK(status.reason == one.reason);
}

TEST_CASE("A program that is not there fails with its name", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(Job(directory, {"no-such-program"}));
  const auto status = Wait(*trial_operator, handle);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.message.find("no-such-program") != std::string::npos);
}

TEST_CASE("Submitting twice, also from another operator, runs it once", "[operator]") {
  const TemporaryDirectory directory;
  const auto job =
      Job(directory, {"sh", "-c", "echo began >> \"$0\"; sleep 0.2", directory.File("count")});
  auto first = Make();
  const auto second = Make();
  const auto handle = *first->Submit(job);
  CHECK(*first->Submit(job) == handle);
  CHECK(*second->Submit(job) == handle);
  // The second goes on where the first is gone.
  first.reset();
  CHECK(Wait(*second, handle).state == JobState::kSucceeded);
  CHECK(*second->Submit(job) == handle);
  CHECK(*ReadFile(directory.File("count")) == "began\n");
}

TEST_CASE("Cancel ends a job that ignores TERM, with its children", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(
      Job(directory, {"sh", "-c", "trap '' TERM; sleep 1000 & while :; do sleep 0.05; done"}));
  const auto deadline = absl::Now() + absl::Seconds(10);
  while (ReadFile(handle + "/running.json").value_or("").find("pid") == std::string::npos) {
    REQUIRE(absl::Now() < deadline);
    absl::SleepFor(absl::Milliseconds(2));
  }
  REQUIRE(trial_operator->Cancel(handle).ok());
  CHECK(Wait(*trial_operator, handle).state == JobState::kKilled);
  CHECK(trial_operator->Cancel(handle).ok());
}

TEST_CASE("A job cancelled before it began never begins", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto job = Job(directory, {"touch", directory.File("began")});
  REQUIRE(trial_operator->Cancel(job.directory).ok());
  const auto handle = *trial_operator->Submit(job);
  CHECK(Wait(*trial_operator, handle).state == JobState::kKilled);
  CHECK_FALSE(FileExists(directory.File("began")));
}

TEST_CASE("Arguments, output and metrics arrive byte for byte", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const std::string odd = "a 'b' \"c\" $HOME `d` \n \xc3\xa9 \xff";
  auto job = Job(directory, {"printf", "%s", odd});
  // JSON holds text: bytes that are none are replaced before they come this far.
  job.manifest["spec"]["template"]["spec"]["containers"][0]["command"][2] =
      odd.substr(0, odd.size() - 2);
  const auto handle = *trial_operator->Submit(job);
  REQUIRE(Wait(*trial_operator, handle).state == JobState::kSucceeded);
  CHECK(trial_operator->ReadLog(handle, 0)->data == odd.substr(0, odd.size() - 2));
  CHECK(trial_operator->ReadLog(handle, 2)->data == odd.substr(2, odd.size() - 4));
}

TEST_CASE("Observations are read from any offset", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  const auto handle = *trial_operator->Submit(Job(
      directory, {"sh", "-c", "echo step=1 loss=0.5; echo noise; echo loss=nan; printf loss=7"}));
  REQUIRE(Wait(*trial_operator, handle).state == JobState::kSucceeded);
  const auto all = *trial_operator->ReadObservations(handle, 0);
  REQUIRE(all.points.size() == 3);
  CHECK(all.points[0].value == 0.5);
  CHECK(all.points[0].step == 1);
  CHECK(std::isnan(all.points[1].value));
  CHECK(trial_operator->ReadObservations(handle, all.next_offset)->points.empty());
}

TEST_CASE("A timeout ends the job and says so", "[operator]") {
  const TemporaryDirectory directory;
  const auto trial_operator = Make();
  auto job = Job(directory, {"sleep", "1000"});
  job.timeout_seconds = 0.2;
  const auto handle = *trial_operator->Submit(job);
  const auto status = Wait(*trial_operator, handle);
  CHECK(status.state == JobState::kFailed);
  CHECK(status.reason == "Timeout");
}

}  // namespace qalam
