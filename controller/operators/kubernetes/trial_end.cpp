#include "controller/operators/kubernetes/trial_end.h"

#include "controller/operators/trial_folder.h"

namespace qalam {

namespace {

using collector::Ending;
using collector::Result;

// The kubelet hands on at most so much.
constexpr size_t kLongestMessage = 4096;

// The end that the collector itself has decided on, whatever the object's controller makes of it.
bool IsFinal(const Result& result) {
  return result.ending == Ending::kTimeout || result.ending == Ending::kEarlyStopped;
}

JobStatus Lost(const TrialEvidence& evidence) {
  const PodState& pod = *evidence.pod;
  std::string message =
      pod.lost_reason == "PodEvicted"
          ? fmt::format("the pod {} was evicted from {}", pod.name, pod.node)
          : fmt::format("the node {} was lost under the pod {}", pod.node, pod.name);
  if (!pod.lost_message.empty()) message += ": " + pod.lost_message;
  return {JobState::kFailed, pod.lost_reason, message};
}

// Of a container that ended without a word of a collector.
JobStatus OfContainer(const PodState& pod) {
  JobStatus status{JobState::kFailed, "ExitCode",
                   fmt::format("the container exited with status {}", pod.exit_code)};
  if (pod.end_reason == "StartError" || pod.end_reason == "ContainerCannotRun") {
    return {JobState::kFailed, "StartFailed", pod.end_message};
  }
  if (pod.exit_code > 128 && pod.exit_code < 128 + 65) {
    status = {JobState::kFailed, "Signal",
              fmt::format("the container was killed by signal {}", pod.exit_code - 128)};
  }
  if (pod.end_reason == "OOMKilled") status.message += ", being out of memory";
  if (!pod.end_message.empty()) {
    status.message += ": " + pod.end_message.substr(0, kLongestMessage);
  }
  return status;
}

// Why the object has failed.
JobStatus Failed(const TrialEvidence& evidence) {
  const Judgement& judgement = evidence.judgement;
  if (judgement.reason == "DeadlineExceeded") {
    return {JobState::kFailed, "Timeout",
            judgement.message.empty() ? "its deadline has passed" : judgement.message};
  }
  if (evidence.pod && !evidence.pod->lost_reason.empty()) return Lost(evidence);
  const bool told_to_end = evidence.result && evidence.result->ending == Ending::kCancelled;
  if (told_to_end || (evidence.pod_gone && !evidence.result)) {
    return {JobState::kFailed, "PodDeleted",
            evidence.pod ? fmt::format("the pod {} was deleted", evidence.pod->name)
                         : "its pod was deleted"};
  }
  if (evidence.result) {
    JobStatus status = StatusOfResult(*evidence.result);
    if (status.state == JobState::kFailed) {
      if (evidence.pod && evidence.pod->end_reason == "OOMKilled") {
        status.message += ", being out of memory";
      }
      if (evidence.pod && !evidence.pod->end_message.empty()) {
        status.message += ": " + evidence.pod->end_message.substr(0, kLongestMessage);
      }
      return status;
    }
  }
  if (evidence.pod && evidence.pod->has_ended && evidence.pod->exit_code != 0) {
    return OfContainer(*evidence.pod);
  }
  std::string message = judgement.message.empty() ? "its object has failed" : judgement.message;
  if (!judgement.reason.empty()) message += fmt::format(" ({})", judgement.reason);
  return {JobState::kFailed, "ConditionFailed", message};
}

JobStatus Succeeded(const TrialEvidence& evidence) {
  if (evidence.result && evidence.result->ending == Ending::kExited && evidence.result->code == 0) {
    return StatusOfResult(*evidence.result);
  }
  return {
      JobState::kSucceeded, "Exited",
      evidence.judgement.message.empty() ? "its object has succeeded" : evidence.judgement.message};
}

JobStatus Cancelled(const TrialEvidence& evidence) {
  const bool said = evidence.result && evidence.result->ending == Ending::kCancelled;
  return {JobState::kKilled, "Cancelled", said ? evidence.result->message : "it was stopped"};
}

std::optional<JobStatus> WithoutLog(const TrialEvidence& evidence) {
  if (evidence.result && IsFinal(*evidence.result)) return StatusOfResult(*evidence.result);
  switch (evidence.judgement.verdict) {
    case Verdict::kSucceeded:
      return Succeeded(evidence);
    case Verdict::kFailed:
      // It fails, too, while it is deleted.
      return evidence.cancelled ? Cancelled(evidence) : Failed(evidence);
    case Verdict::kOpen:
      break;
  }
  if (!evidence.object_gone) return std::nullopt;
  if (evidence.cancelled) return Cancelled(evidence);
  return JobStatus{JobState::kFailed, "ObjectDeleted",
                   "its object was deleted by somebody else before it had ended"};
}

}  // namespace

std::optional<JobStatus> JudgeTrialEnd(const TrialEvidence& evidence) {
  if (!evidence.log_complete) return std::nullopt;
  auto status = WithoutLog(evidence);
  if (status && evidence.missing_bytes > 0) {
    status->message +=
        fmt::format("; {} bytes of its output were lost, the cluster having cut its log",
                    evidence.missing_bytes);
  }
  return status;
}

JobStatus DescribeUnended(const TrialEvidence& evidence) {
  JobStatus status{JobState::kRunning, "", ""};
  if (evidence.pod) {
    status.reason = evidence.pod->waiting_reason;
    status.message = evidence.pod->waiting_message;
  }
  return status;
}

}  // namespace qalam
