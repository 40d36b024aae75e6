// What is made of what Slurm says, without Slurm.

#include <catch2/catch.hpp>

#include "controller/operators/slurm/job_state.h"
#include "controller/operators/slurm/slurm_client.h"
#include "controller/operators/slurm/verdict.h"
#include "controller/retry.h"

namespace qalam {

namespace {

using slurm::Evidence;
using slurm::Judge;
using slurm::QueueEntry;

const JobStatus kExitedWith1 = {JobState::kFailed, "ExitCode", "the command exited with status 1"};
const JobStatus kToldToEnd = {JobState::kKilled, "Cancelled", "the command was ended by signal 15"};
const JobStatus kKilledBy9 = {JobState::kFailed, "Signal", "the command was ended by signal 9"};

Evidence Of(const std::string& state, std::optional<JobStatus> end = std::nullopt) {
  Evidence evidence{.end = std::move(end), .claimed = true, .job_id = 12, .settled = true};
  evidence.entry = QueueEntry{.job_id = 12, .name = "x", .state = state, .nodes = "n3"};
  return evidence;
}

}  // namespace

TEST_CASE("Slurm: squeue's lines are read, and its remarks are passed over", "[slurm]") {
  const auto entries = slurm::ParseQueue(
      "12|qalam-a-1-run-1|RUNNING|n1|None\n"
      "slurm_load_jobs error: a remark\n"
      "13|qalam-a-2-run-1|PENDING||Nodes required for job are DOWN, DRAINED or reserved|x\n"
      "|no|id||\n"
      "14|qalam-a-3-run-2|PENDING||launch failed requeued held");
  REQUIRE(entries.size() == 3);
  CHECK(entries[0].job_id == 12);
  CHECK(entries[0].name == "qalam-a-1-run-1");
  CHECK(entries[0].nodes == "n1");
  CHECK(entries[0].reason.empty());
  CHECK(entries[1].reason == "Nodes required for job are DOWN, DRAINED or reserved|x");
  CHECK(slurm::StateOf(entries[1]).phase == slurm::Phase::kWaiting);
  CHECK(slurm::StateOf(entries[2]).phase == slurm::Phase::kStuck);
}

TEST_CASE("Slurm: sacct's lines are read", "[slurm]") {
  // As sacct 22.05 prints them.
  const auto entries = slurm::ParseAccounting(
      "5|qalam-a-1-run-1|COMPLETED|n1\n"
      "6|qalam-a-2-run-1|CANCELLED by 0|None assigned\n"
      "7|qalam-a-3-run-1|NODE_FAIL|n[1-2]\n");
  REQUIRE(entries.size() == 3);
  CHECK(entries[1].state == "CANCELLED");
  CHECK(entries[1].reason == "by 0");
  CHECK(entries[1].nodes.empty());
  CHECK(entries[2].nodes == "n[1-2]");
}

TEST_CASE("Slurm: of several jobs of a name the one at work counts, else the first", "[slurm]") {
  const std::vector<QueueEntry> entries = {{.job_id = 9, .state = "FAILED"},
                                           {.job_id = 8, .state = "NODE_FAIL"},
                                           {.job_id = 7, .state = "PENDING"}};
  CHECK(slurm::MostTelling(entries)->job_id == 7);
  CHECK(slurm::MostTelling({entries[0], entries[1]})->job_id == 8);
  CHECK(slurm::MostTelling({}) == nullptr);
}

TEST_CASE("Slurm: how a job without a result has ended", "[slurm]") {
  struct Case {
    const char* state;
    JobState expected;
    const char* reason;
    bool is_retried;
  };
  const std::vector<Case> cases = {
      {"COMPLETED", JobState::kFailed, "CollectorLost", true},
      {"FAILED", JobState::kFailed, "CollectorLost", true},
      {"NODE_FAIL", JobState::kFailed, "NodeFailed", true},
      {"BOOT_FAIL", JobState::kFailed, "BootFailed", true},
      {"PREEMPTED", JobState::kFailed, "Preempted", true},
      {"LAUNCH_FAILED", JobState::kFailed, "LaunchFailed", true},
      {"REVOKED", JobState::kFailed, "Lost", true},
      {"TIMEOUT", JobState::kFailed, "TimeLimit", false},
      {"DEADLINE", JobState::kFailed, "Deadline", false},
      {"OUT_OF_MEMORY", JobState::kFailed, "OutOfMemory", false},
      {"CANCELLED", JobState::kKilled, "CancelledInSlurm", false},
  };
  for (const auto& [state, expected, reason, is_retried] : cases) {
    CAPTURE(state);
    Evidence evidence = Of(state);
    const JobStatus status = Judge(evidence).status;
    CHECK(status.state == expected);
    CHECK(status.reason == reason);
    CHECK(status.message.find("job 12") != std::string::npos);
    CHECK(IsInfrastructureFailure(status) == is_retried);
    // What the node has written may still be on its way.
    evidence.settled = false;
    CHECK(Judge(evidence).status.state == JobState::kRunning);
    CHECK(Judge(evidence).awaits_result);
    // Who asked for it gets it.
    evidence.settled = evidence.cancelled = true;
    CHECK(Judge(evidence).status.state == JobState::kKilled);
    CHECK(Judge(evidence).status.reason == "Cancelled");
  }
}

TEST_CASE("Slurm: a job that is there runs, whatever else is said", "[slurm]") {
  for (const char* state : {"RUNNING", "COMPLETING", "CONFIGURING", "SUSPENDED", "STAGE_OUT",
                            "A_STATE_OF_A_LATER_SLURM"}) {
    CAPTURE(state);
    CHECK(Judge(Of(state)).status.state == JobState::kRunning);
  }
  Evidence waiting = Of("PENDING");
  waiting.claimed = false;
  waiting.entry->reason = "Resources";
  CHECK(Judge(waiting).status.state == JobState::kRunning);
  CHECK(Judge(waiting).status.message == "waiting in Slurm: Resources");
  waiting.entry->reason = "launch failed requeued held";
  CHECK(Judge(waiting).status.reason == "LaunchFailed");
}

TEST_CASE("Slurm: why a trial failed is Slurm's to say where it ended it", "[slurm]") {
  for (const auto& end : {kExitedWith1, kToldToEnd, kKilledBy9}) {
    CAPTURE(end.reason);
    CHECK(Judge(Of("TIMEOUT", end)).status.reason == "TimeLimit");
    CHECK(Judge(Of("OUT_OF_MEMORY", end)).status.reason == "OutOfMemory");
    CHECK(Judge(Of("PREEMPTED", end)).status.reason == "Preempted");
    CHECK(Judge(Of("CANCELLED", end)).status.reason == "CancelledInSlurm");
    CHECK(Judge(Of("CANCELLED", end)).status.state == JobState::kKilled);
    // Until Slurm has made up its mind.
    CHECK(Judge(Of("COMPLETING", end)).status.state == JobState::kRunning);
    CHECK(Judge(Of("COMPLETING", end)).awaits_slurm);
  }
  CHECK(Judge(Of("COMPLETED", kExitedWith1)).status.reason == "ExitCode");
  CHECK(Judge(Of("FAILED", kKilledBy9)).status.reason == "Signal");
  CHECK(Judge(Of("COMPLETED", kToldToEnd)).status.reason == "StoppedBySlurm");
  CHECK(Judge(Of("PENDING", kToldToEnd)).status.reason == "StoppedBySlurm");
  CHECK(IsInfrastructureFailure(Judge(Of("PENDING", kToldToEnd)).status));
  Evidence accounted = Of("CANCELLED", kToldToEnd);
  accounted.entry->reason = "by 1000";
  CHECK(Judge(accounted).status.message.find("by user 1000") != std::string::npos);
  // What needs no word of Slurm's.
  const JobStatus success = {JobState::kSucceeded, "Exited", "the command exited with status 0"};
  CHECK(Judge(Of("TIMEOUT", success)).status.state == JobState::kSucceeded);
  Evidence cancelled = Of("CANCELLED", kToldToEnd);
  cancelled.cancelled = true;
  CHECK(Judge(cancelled).status.reason == "Cancelled");
}

TEST_CASE("Slurm: while it is away nothing is said of what it alone knows", "[slurm]") {
  Evidence evidence = Of("RUNNING");
  evidence.slurm_answers = false;
  evidence.absence = "squeue says: nothing";
  CHECK(Judge(evidence).status.state == JobState::kUnknown);
  CHECK(Judge(evidence).status.message == "squeue says: nothing");
  evidence.end = kExitedWith1;
  CHECK(Judge(evidence).status.state == JobState::kUnknown);
}

TEST_CASE("Slurm: a job that it does not know", "[slurm]") {
  Evidence evidence{.job_id = 12};
  CHECK(Judge(evidence).status.state == JobState::kRunning);
  evidence.settled = true;
  CHECK(Judge(evidence).status.reason == "Lost");
  CHECK(IsInfrastructureFailure(Judge(evidence).status));
  // A submission that was cut off before there was one.
  evidence.job_id = 0;
  CHECK(Judge(evidence).status.state == JobState::kMissing);
  evidence.cancelled = true;
  CHECK(Judge(evidence).status.state == JobState::kKilled);
  // The collector of one has told its end, long ago.
  Evidence old{.end = kExitedWith1, .claimed = true, .job_id = 12};
  CHECK(Judge(old).status.reason == "ExitCode");
}

TEST_CASE("Slurm: a job that ends before its trial begins says what its script printed",
          "[slurm]") {
  Evidence evidence = Of("FAILED");
  evidence.claimed = false;
  evidence.last_words = "exec: /opt/qalam-collector: not found";
  const JobStatus status = Judge(evidence).status;
  CHECK(status.reason == "LaunchFailed");
  CHECK(status.message ==
        "Slurm's job 12 on n3 has ended before the trial could begin: exec: /opt/qalam-collector: "
        "not found");
  CHECK(IsInfrastructureFailure(status));
}

TEST_CASE("Slurm: sbatch's complaints", "[slurm]") {
  const auto code = [](const char* text) { return slurm::SubmissionError(text).code(); };
  CHECK(code("sbatch: error: Batch job submission failed: Unable to contact slurm controller "
             "(connect failure)\n") == StatusCode::kUnavailable);
  CHECK(code("sbatch: error: Batch job submission failed: Socket timed out on send/recv "
             "operation\n") == StatusCode::kUnavailable);
  CHECK(code("sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: "
             "Job violates accounting/QOS policy (job submit limit, user's size and/or time "
             "limits)\n") == StatusCode::kResourceExhausted);
  const Status refused = slurm::SubmissionError(
      "sbatch: error: invalid partition specified: x\nsbatch: error: Batch job submission failed: "
      "Invalid partition name specified\n");
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK(Message(refused) ==
        "Slurm does not take the job: invalid partition specified: x; Batch job submission failed: "
        "Invalid partition name specified");
}

}  // namespace qalam
