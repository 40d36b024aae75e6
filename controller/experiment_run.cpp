#include "controller/experiment_run.h"

#include <algorithm>
#include <charconv>
#include <filesystem>

#include "base/random.h"
#include "controller/experiment_trace.h"
#include "controller/objective.h"
#include "controller/operators/job_needs.h"
#include "controller/retry.h"
#include "controller/stored_document.h"

namespace qalam {

int64_t ExperimentRun::CountWaiting() const {
  return std::count_if(active.begin(), active.end(),
                       [&](const auto& entry) { return IsWaiting(entry.second.record); });
}

ExperimentSnapshot ExperimentRun::Snapshot() const {
  const ExperimentSpec& spec = document.spec;
  int64_t asked = 0;
  for (const auto& call : asks) asked += call.count;
  return {.state = record.state,
          .paused = record.paused,
          .stop_requested = record.stop_requested,
          .delete_requested = record.delete_requested,
          .suggestions_exhausted = record.suggestions_exhausted,
          .suggestions_in_flight = suggesting,
          .suggestion_error = suggestion_error,
          .client_run = IsClientRun(),
          .asked = asked,
          .waiting = CountWaiting(),
          .parallel_trial_count = spec.parallel_trial_count,
          .max_trial_count = spec.max_trial_count,
          .max_failed_trial_count = spec.max_failed_trial_count,
          .counts = counts,
          .goal_reached = goal_reached,
          .out_of_time = out_of_time};
}

Time ExperimentRun::TimeLimit() const {
  const auto& most = document.spec.max_duration_seconds;
  if (!most || record.started == absl::InfinitePast()) return absl::InfiniteFuture();
  return record.started + clock_step + absl::Seconds(*most);
}

void ExperimentRun::ShiftTimes(Duration step) {
  clock_step += step;
  suggest_at += step;
  wake_at += step;
  for (auto& call : asks) call.deadline += step;
  for (auto& [uid, trial] : active) {
    trial.retry_at += step;
    trial.lease_ends += step;
  }
}

void ExperimentRun::TakeOver(Time now) {
  in_doubt = true;
  for (auto& [uid, trial] : active) {
    if (trial.lease_ends == absl::InfiniteFuture()) continue;
    trial.lease_ends = now + absl::Seconds(trial.record.lease_seconds);
  }
}

namespace {

StatusOr<bool> IsGoalReached(Store& store, const std::string& uid, const Objective& objective) {
  if (objective.additional_objectives.empty()) {
    ASSIGN_OR_RETURN(const auto best, store.BestTrial(uid, objective.type));
    return best && ReachesGoal(objective, *best);
  }
  // Which trial meets all goals, no single order tells.
  ASSIGN_OR_RETURN(
      const auto trials,
      store.ListTrials(
          {.experiment_uid = uid, .states = {TrialState::kSucceeded, TrialState::kEarlyStopped}}));
  return std::any_of(trials.begin(), trials.end(),
                     [&](const TrialRecord& trial) { return ReachesGoal(objective, trial); });
}

}  // namespace

Status RefreshRecord(ExperimentRun& run, ExperimentRecord record) {
  if (record.document_json != run.record.document_json) {
    ASSIGN_OR_RETURN(run.document, ParseStoredDocument(record.document_json));
  }
  run.record = std::move(record);
  return absl::OkStatus();
}

StatusOr<ExperimentRun> LoadExperimentRun(Store& store, const std::string& uid, Time now) {
  ASSIGN_OR_RETURN(auto records, store.ListExperiments({.uid = uid}));
  if (records.empty()) return NotFound("there is no experiment with uid {}", uid);
  ExperimentRun run;
  RETURN_IF_ERROR(RefreshRecord(run, std::move(records.front())));
  ASSIGN_OR_RETURN(run.counts, store.CountTrials(uid));
  // Numbers are given out without gaps, so the next one is the count.
  for (const auto& [state, count] : run.counts) run.next_number += count;
  ASSIGN_OR_RETURN(auto trials,
                   store.ListTrials({.experiment_uid = uid,
                                     .states = {TrialState::kPending, TrialState::kRunning}}));
  for (auto& trial : trials) {
    ActiveTrial& active = run.active[trial.uid];
    if (run.document.spec.trial_template.retries > 0 && trial.attempts > 0) {
      ASSIGN_OR_RETURN(active.retries, CountRetries(store, trial));
    }
    active.record = std::move(trial);
    if (run.IsClientRun()) {
      active.lease_ends = now + absl::Seconds(active.record.lease_seconds);
    } else {
      // Whatever became of it meanwhile.
      active.look_again = active.record.state == TrialState::kRunning;
    }
  }
  ASSIGN_OR_RETURN(run.stopper, EarlyStopper::Create(store, uid, run.document.spec));
  ASSIGN_OR_RETURN(run.goal_reached, IsGoalReached(store, uid, run.document.spec.objective));
  return run;
}

StatusOr<ExperimentRun> ReloadExperimentRun(Store& store, ExperimentRun& before, Time now) {
  ASSIGN_OR_RETURN(auto run, LoadExperimentRun(store, before.record.uid, now));
  run.edition = before.edition + 1;
  run.clock_step = before.clock_step;
  run.suggesting = before.suggesting;
  run.suggest_at = before.suggest_at;
  run.suggest_backoff = before.suggest_backoff;
  run.suggestion_error = before.suggestion_error;
  run.has_folders_to_remove = before.has_folders_to_remove;
  run.removing_folders = before.removing_folders;
  run.files_removed = before.files_removed;
  run.wake_at = before.wake_at;
  run.suggestions = std::move(before.suggestions);
  run.asks = std::move(before.asks);
  run.tells = std::move(before.tells);
  run.renewals = std::move(before.renewals);
  run.additions = std::move(before.additions);
  run.stops = std::move(before.stops);
  for (auto& [uid, trial] : run.active) {
    const auto entry = before.active.find(uid);
    if (entry == before.active.end()) continue;
    const ActiveTrial& known = entry->second;
    trial.submitting = known.submitting;
    trial.looking = known.looking;
    trial.waits_for_room = known.waits_for_room;
    trial.room_heard = known.room_heard;
    trial.backoff = known.backoff;
    trial.retry_at = known.retry_at;
    const auto submission = before.submissions.find(uid);
    if (submission != before.submissions.end() && trial.retries == known.retries) {
      run.submissions.insert(*submission);
    }
    if (trial.record.lease == known.record.lease) trial.lease_ends = known.lease_ends;
  }
  return run;
}

namespace {

// An odd multiplier makes this a one-to-one map of 32-bit numbers: no two trials share a name.
constexpr uint32_t kNameMultiplier = 0x9E3779B1u;
// By Newton's iteration, which doubles the bits that are right: x * inverse = x modulo 2^32.
constexpr uint32_t kNameInverse = [] {
  uint32_t inverse = kNameMultiplier;
  for (int i = 0; i < 5; ++i) inverse *= 2 - kNameMultiplier * inverse;
  return inverse;
}();
static_assert(kNameMultiplier * kNameInverse == 1);

constexpr size_t kSuffixLength = 9;  // a hyphen and eight hexadecimal digits

uint32_t NameOffset(const ExperimentRecord& experiment) {
  return static_cast<uint32_t>(StableHash(experiment.uid));
}

}  // namespace

std::string TrialName(const ExperimentRecord& experiment, int64_t number) {
  const uint32_t suffix = static_cast<uint32_t>(number) * kNameMultiplier + NameOffset(experiment);
  return fmt::format("{}-{:08x}", experiment.name, suffix);
}

std::string TrialUid(const ExperimentRecord& experiment, int64_t number) {
  return fmt::format("{}-{}", experiment.uid, number);
}

std::optional<int64_t> NumberOfTrial(const ExperimentRecord& experiment, const std::string& name) {
  if (name.size() < kSuffixLength) return std::nullopt;
  const char* const end = name.data() + name.size();
  uint32_t suffix = 0;
  const auto parsed = std::from_chars(end - kSuffixLength + 1, end, suffix, 16);
  const auto number = static_cast<int64_t>((suffix - NameOffset(experiment)) * kNameInverse);
  if (parsed.ec != std::errc() || TrialName(experiment, number) != name) return std::nullopt;
  return number;
}

std::string NameOfTrial(const ExperimentRecord& experiment, const std::string& trial_uid) {
  int64_t number = -1;
  const char* const end = trial_uid.data() + trial_uid.size();
  const auto hyphen = std::min(trial_uid.rfind('-') + 1, trial_uid.size());
  const auto parsed = std::from_chars(trial_uid.data() + hyphen, end, number);
  if (parsed.ec != std::errc() || TrialUid(experiment, number) != trial_uid) return "";
  return TrialName(experiment, number);
}

std::string ExperimentOfTrial(const std::string& trial_name) {
  if (trial_name.size() <= kSuffixLength) return "";
  const size_t length = trial_name.size() - kSuffixLength;
  return trial_name[length] == '-' ? trial_name.substr(0, length) : "";
}

TrialRecord MakeTrial(const ExperimentRun& run, const SuggestedTrial& suggested, Time now) {
  TrialRecord trial;
  trial.uid = TrialUid(run.record, suggested.number);
  trial.experiment_uid = run.record.uid;
  trial.name = TrialName(run.record, suggested.number);
  trial.number = suggested.number;
  trial.parameters = suggested.parameters;
  trial.labels = suggested.labels;
  trial.created = now;
  return trial;
}

namespace {

std::string TrialDirectory(const ExperimentRun& run, const std::string& trial_name) {
  return run.record.work_dir + "/" + trial_name;
}

// What the user named as the folder of all trials' checkpoints, or nothing.
std::string GivenCheckpoints(const ExperimentRun& run) {
  for (const auto& setting : run.document.spec.algorithm.settings) {
    if (setting.name == "suggestion_trial_dir") return setting.value;
  }
  return "";
}

std::string CheckpointDirectory(const ExperimentRun& run, const std::string& trial_name) {
  const std::string given = GivenCheckpoints(run);
  if (given.empty()) return TrialDirectory(run, trial_name) + "/checkpoint";
  const auto directory = std::filesystem::path(given) / trial_name;
  std::error_code error;
  const auto absolute = std::filesystem::absolute(directory, error);
  return (error ? directory : absolute).lexically_normal().string();
}

// Population based training alone lets a trial go on from an earlier one: its label "parent" is
// that one's number.
Status SetCheckpoint(const ExperimentRun& run, const TrialRecord& trial, TrialJob& job) {
  if (run.document.spec.algorithm.name != "pbt") return absl::OkStatus();
  job.checkpoint_directory = CheckpointDirectory(run, trial.name);
  job.checkpoint_mount = GivenCheckpoints(run);
  const auto label = trial.labels.find("parent");
  if (label == trial.labels.end()) return absl::OkStatus();
  const std::string& text = label->second;
  int64_t parent = -1;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), parent);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size() || parent < 0 ||
      parent >= trial.number) {
    return InvalidArgument("the label parent should be the number of an earlier trial, not {}",
                           text);
  }
  job.checkpoint_source = CheckpointDirectory(run, TrialName(run.record, parent));
  return absl::OkStatus();
}

Status SetStopping(const ExperimentSpec& spec, TrialJob& job) {
  ASSIGN_OR_RETURN(const auto rule, CreateEarlyStopping(spec));
  if (!rule || !FindStoppingRule(spec.early_stopping->algorithm_name)->of_one_trial) {
    return absl::OkStatus();
  }
  job.stopping = OwnStoppingRule{*spec.early_stopping, rule->metrics.front().name,
                                 rule->metrics.front().maximize};
  return absl::OkStatus();
}

}  // namespace

StatusOr<TrialJob> MakeJob(const ExperimentRun& run, const TrialRecord& trial) {
  const ExperimentSpec& spec = run.document.spec;
  TrialJob job;
  job.uid = trial.uid;
  job.name = trial.name;
  job.name_space = run.record.name_space;
  job.experiment_name = run.record.name;
  job.directory = TrialDirectory(run, trial.name);
  ASSIGN_OR_RETURN(job.manifest, RenderTrialSpec(run.document, {trial.name, run.record.name_space},
                                                 trial.parameters));
  job.primary_container_name = spec.trial_template.primary_container_name;
  job.primary_pod_labels = spec.trial_template.primary_pod_labels;
  job.success_condition = spec.trial_template.success_condition;
  job.failure_condition = spec.trial_template.failure_condition;
  job.retain = spec.trial_template.retain;
  job.collector = spec.metrics_collector;
  job.metric_names = MetricNames(spec.objective);
  RETURN_IF_ERROR(SetStopping(spec, job));
  ASSIGN_OR_RETURN(const JobNeeds needs, NeedsOf(spec.trial_template, job.manifest));
  job.timeout_seconds = needs.timeout_seconds;
  job.resources = needs.resources;
  RETURN_IF_ERROR(SetCheckpoint(run, trial, job));
  const TraceContext trace = TraceOfExperiment(run.record.uid, run.document).Child(trial.uid);
  job.environment["TRACEPARENT"] = trace.ToHeader();
  if (!trace.state.empty()) job.environment["TRACESTATE"] = trace.state;
  return job;
}

Logger LoggerOf(const ExperimentRun& run) {
  return Logger("controller",
                {{"namespace", run.record.name_space},
                 {"experiment", run.record.name},
                 {"experiment_uid", run.record.uid},
                 {"trace_id", TraceOfExperiment(run.record.uid, run.document).trace_id}});
}

Logger LoggerOf(const ExperimentRun& run, const TrialRecord& trial) {
  return LoggerOf(run).With({{"trial", trial.name}});
}

}  // namespace qalam
