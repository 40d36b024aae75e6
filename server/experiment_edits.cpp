#include "server/experiment_edits.h"

#include <limits>

#include "controller/stored_document.h"

namespace qalam {

namespace {

int64_t Created(const TrialCounts& counts) {
  int64_t total = 0;
  for (const auto& [state, count] : counts) total += count;
  return total;
}

void Restart(ExperimentRecord& record) {
  record.state = ExperimentState::kRestarting;
  record.reason = "Restarting";
  record.message = "it goes on where it was";
  record.stop_requested = false;
  record.paused = false;
  record.completed = absl::InfinitePast();
}

// resumePolicy: Never.
Status EndedForGood(const ExperimentRecord& record) {
  return FailedPrecondition(
      "experiment {} has ended and its resumePolicy is Never; submit another with resumePolicy: "
      "LongRunning or FromVolume, and with warmStart: {{experiments: [{}]}} to begin with its "
      "results",
      record.name, record.name);
}

Status CheckCount(const char* name, int64_t value, int64_t least) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  if (value >= least && value <= kMost) return absl::OkStatus();
  return InvalidArgument("{} should be from {} to {}, not {}", name, least, kMost, value);
}

}  // namespace

Status ApplyStop(ExperimentRecord& record) {
  if (IsTerminal(record.state)) {
    return FailedPrecondition("experiment {} has already ended: {}", record.name,
                              Name(record.state));
  }
  record.stop_requested = true;
  return absl::OkStatus();
}

Status ApplyPause(ExperimentRecord& record) {
  if (IsTerminal(record.state)) {
    return FailedPrecondition("experiment {} has already ended: {}", record.name,
                              Name(record.state));
  }
  record.paused = true;
  return absl::OkStatus();
}

Status ApplyResume(const TrialCounts& counts, ExperimentRecord& record) {
  if (!IsTerminal(record.state)) {
    record.paused = false;
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto document, ParseStoredDocument(record.document_json));
  // What a user has stopped has not come to its end: that goes on under any policy.
  if (record.state != ExperimentState::kStopped &&
      document.spec.resume_policy == ResumePolicy::kNever) {
    return EndedForGood(record);
  }
  const auto& most = document.spec.max_trial_count;
  if (most && Created(counts) >= *most) {
    return FailedPrecondition(
        "experiment {} has used all {} trials of its budget; raise it with edit --max-trials",
        record.name, *most);
  }
  if (record.state != ExperimentState::kStopped) {
    return FailedPrecondition(
        "experiment {} has ended ({}: {}); only one that was stopped, or that has used all its "
        "trials and is given "
        "more by edit --max-trials, can go on",
        record.name, record.reason, record.message);
  }
  Restart(record);
  return absl::OkStatus();
}

Status ApplyBudget(const v1::EditBudgetRequest& request, const TrialCounts& counts,
                   ExperimentRecord& record) {
  ASSIGN_OR_RETURN(auto document, ParseStoredDocument(record.document_json));
  ExperimentSpec& spec = document.spec;
  if (request.has_max_trial_count()) {
    RETURN_IF_ERROR(CheckCount("maxTrialCount", request.max_trial_count(), 1));
    spec.max_trial_count = request.max_trial_count();
  }
  if (request.has_parallel_trial_count()) {
    RETURN_IF_ERROR(CheckCount("parallelTrialCount", request.parallel_trial_count(), 1));
    spec.parallel_trial_count = request.parallel_trial_count();
  }
  if (request.has_max_failed_trial_count()) {
    RETURN_IF_ERROR(CheckCount("maxFailedTrialCount", request.max_failed_trial_count(), 0));
    spec.max_failed_trial_count = request.max_failed_trial_count();
  }
  const int64_t created = Created(counts);
  if (spec.max_trial_count && *spec.max_trial_count < created) {
    return FailedPrecondition("maxTrialCount cannot be {}: there are already {} trials",
                              *spec.max_trial_count, created);
  }
  if (spec.max_trial_count && spec.parallel_trial_count > *spec.max_trial_count) {
    return FailedPrecondition("parallelTrialCount {} should not be above maxTrialCount {}",
                              spec.parallel_trial_count, *spec.max_trial_count);
  }
  if (spec.max_trial_count && spec.max_failed_trial_count &&
      *spec.max_failed_trial_count > *spec.max_trial_count) {
    return FailedPrecondition("maxFailedTrialCount {} should not be above maxTrialCount {}",
                              *spec.max_failed_trial_count, *spec.max_trial_count);
  }
  const bool has_room = !spec.max_trial_count || *spec.max_trial_count > created;
  if (IsTerminal(record.state) && record.reason == "MaxTrialsReached" && has_room) {
    if (spec.resume_policy == ResumePolicy::kNever) {
      return EndedForGood(record);
    }
    Restart(record);
  }
  record.document_json = ToJson(document).dump();
  return absl::OkStatus();
}

}  // namespace qalam
