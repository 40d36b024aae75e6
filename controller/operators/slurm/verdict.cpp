#include "controller/operators/slurm/verdict.h"

#include <fmt/format.h>

#include "controller/operators/slurm/job_state.h"
#include "controller/operators/trial_folder.h"

namespace qalam::slurm {

namespace {

std::string Subject(const Evidence& evidence) {
  const int64_t id = evidence.entry ? evidence.entry->job_id : evidence.job_id;
  std::string subject = id > 0 ? fmt::format("Slurm's job {}", id) : "its job";
  if (evidence.entry && !evidence.entry->nodes.empty()) {
    subject += " on " + evidence.entry->nodes;
  }
  return subject;
}

std::string Sentence(const Evidence& evidence, const StateMeaning& meaning) {
  std::string sentence = Subject(evidence) + " " + meaning.sentence;
  const std::string& reason = evidence.entry->reason;
  if (evidence.entry->state == "CANCELLED" && reason.starts_with("by ")) {
    sentence += " by user " + reason.substr(3);
  }
  return sentence;
}

Verdict Running(std::string reason = "", std::string message = "") {
  return {{JobState::kRunning, std::move(reason), std::move(message)}};
}

JobStatus Waiting(const QueueEntry& entry) {
  return {JobState::kRunning, "WaitingInSlurm",
          fmt::format("waiting in Slurm: {}", entry.reason.empty() ? entry.state : entry.reason)};
}

// The collector has told an end that Slurm may have brought about.
Verdict JudgeDoubtfulEnd(const Evidence& evidence) {
  const JobStatus& end = *evidence.end;
  const bool was_told_to_end = end.reason == kCancelledReason;
  const JobStatus stopped = {JobState::kFailed, "StoppedBySlurm",
                             fmt::format("{} was told to end, and Slurm does not say why; {}",
                                         Subject(evidence), end.message)};
  if (!evidence.entry) return {was_told_to_end ? stopped : end};
  const StateMeaning& meaning = StateOf(*evidence.entry);
  switch (meaning.phase) {
    case Phase::kActive: {
      Verdict verdict = Running();
      verdict.awaits_slurm = true;
      return verdict;
    }
    case Phase::kWaiting:
    case Phase::kStuck:
      return {was_told_to_end
                  ? JobStatus{JobState::kFailed, "StoppedBySlurm",
                              Subject(evidence) + " was put back into the queue from outside"}
                  : end};
    case Phase::kEnded:
      break;
  }
  if (meaning.reason[0] == '\0') return {was_told_to_end ? stopped : end};
  return {{meaning.state, meaning.reason, Sentence(evidence, meaning) + "; " + end.message}};
}

// Slurm takes the job for ended, or does not know it, and no collector has told its end.
JobStatus EndWithoutResult(const Evidence& evidence) {
  if (evidence.cancelled) {
    return {JobState::kKilled, kCancelledReason,
            evidence.claimed ? "it was stopped" : "it was stopped before it began"};
  }
  if (!evidence.entry) {
    return {JobState::kFailed, "Lost",
            Subject(evidence) + " is not known to Slurm any more and has left no result"};
  }
  const StateMeaning& meaning = StateOf(*evidence.entry);
  if (meaning.reason[0] != '\0') {
    return {meaning.state, meaning.reason, Sentence(evidence, meaning)};
  }
  if (evidence.claimed) {
    return {JobState::kFailed, "CollectorLost",
            Subject(evidence) + " has ended, but its collector was killed before it told how"};
  }
  return {JobState::kFailed, "LaunchFailed",
          fmt::format("{} has ended before the trial could begin{}{}", Subject(evidence),
                      evidence.last_words.empty()
                          ? "; does the node see the trial's folder and qalam's programs?"
                          : ": ",
                      evidence.last_words)};
}

}  // namespace

bool IsConclusive(const JobStatus& end, bool cancelled) {
  if (end.state == JobState::kKilled) return end.reason != kCancelledReason || cancelled;
  if (end.state != JobState::kFailed) return true;
  // Those that the collector has decided by itself.
  return end.reason == "Timeout" || end.reason == "StartFailed" || end.reason == "ResultDamaged";
}

Verdict Judge(const Evidence& evidence) {
  if (evidence.end && IsConclusive(*evidence.end, evidence.cancelled)) return {*evidence.end};
  if (!evidence.slurm_answers) {
    return {{JobState::kUnknown, "SlurmAway", evidence.absence}};
  }
  if (evidence.end) return JudgeDoubtfulEnd(evidence);
  if (evidence.entry) {
    const Phase phase = StateOf(*evidence.entry).phase;
    // A job that begins again finds the claim; its collector is long at work, or gone with a
    // result.
    if (phase == Phase::kActive) return Running();
    if (phase == Phase::kWaiting)
      return {evidence.claimed ? Running().status : Waiting(*evidence.entry)};
  } else if (evidence.job_id == 0 && !evidence.claimed) {
    if (evidence.cancelled) return {EndWithoutResult(evidence)};
    return {{JobState::kMissing, "Missing", "it never reached Slurm"}};
  }
  if (evidence.settled) return {EndWithoutResult(evidence)};
  Verdict verdict = Running();
  verdict.awaits_result = true;
  return verdict;
}

}  // namespace qalam::slurm
