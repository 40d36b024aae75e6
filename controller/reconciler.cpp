#include "controller/reconciler.h"

#include <algorithm>

#include "controller/client_pass.h"
#include "controller/objective.h"
#include "controller/retry.h"
#include "controller/trial_folders.h"

namespace qalam {

namespace {

constexpr Duration kFirstBackoff = absl::Milliseconds(200);
constexpr Duration kLongestBackoff = absl::Seconds(10);
// A job that vanishes this often is being removed by somebody.
constexpr int kMostSubmissions = 5;

Duration NextBackoff(Duration backoff) {
  return backoff == absl::ZeroDuration() ? kFirstBackoff : std::min(backoff * 2, kLongestBackoff);
}

bool IsRetryable(const Status& status) {
  return status.code() == StatusCode::kUnavailable ||
         status.code() == StatusCode::kResourceExhausted ||
         status.code() == StatusCode::kDeadlineExceeded;
}

// Of a pending trial: why it does not run.
constexpr char kWaitingReason[] = "WaitingForRoom";
constexpr char kDelayedReason[] = "SubmitDelayed";
// An engine that is away for a shorter time is not worth a word.
constexpr Duration kToldBackoff = absl::Seconds(1);

bool IsFinal(JobState state) {
  return state == JobState::kSucceeded || state == JobState::kFailed || state == JobState::kKilled;
}

// Once they are durable.
void LogEvents(const ExperimentRun& run, const std::vector<EventRecord>& events) {
  if (!IsLogged(LogLevel::kInfo)) return;
  for (const auto& event : events) {
    Logger log = LoggerOf(run);
    if (!event.trial_uid.empty()) {
      log = log.With({{"trial", NameOfTrial(run.record, event.trial_uid)}});
    }
    log.Info(event.message, {{"reason", event.reason}});
  }
}

}  // namespace

StatusOr<Reconciler::Outcome> Reconciler::Reconcile(ExperimentRun& run) {
  if (run.reload) RETURN_IF_ERROR(Reload(run));
  run.out_of_time = clock_.Now() >= run.TimeLimit();
  RETURN_IF_ERROR(SaveObservations(run));
  RETURN_IF_ERROR(TakeEvents(run));
  return CarryOut(run);
}

Status Reconciler::Reload(ExperimentRun& run) {
  ASSIGN_OR_RETURN(auto records, store_.ListExperiments({.uid = run.record.uid}));
  if (records.empty()) return NotFound("experiment {} is gone", run.record.name);
  RETURN_IF_ERROR(RefreshRecord(run, std::move(records.front())));
  run.reload = false;
  return absl::OkStatus();
}

// Points and how far they were read are one commit: each point is stored exactly once.
Status Reconciler::SaveObservations(ExperimentRun& run) {
  WriteBatch batch;
  for (auto& [uid, look] : run.looks) {
    const auto trial = run.active.find(uid);
    if (trial == run.active.end() || look.points.empty()) continue;
    TrialRecord record = trial->second.record;
    record.collected_bytes = look.next_offset;
    batch.update_trials.push_back(std::move(record));
    batch.append_points.push_back({uid, look.points});
  }
  if (batch.append_points.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(store_.Commit(batch));
  for (const auto& record : batch.update_trials) {
    run.active[record.uid].record.collected_bytes = record.collected_bytes;
    auto& points = run.looks[record.uid].points;
    if (run.stopper) run.stopper->Add(record.uid, points);
    points.clear();
  }
  actions_.Changed(run);
  return absl::OkStatus();
}

StatusOr<TrialRecord> Reconciler::FinishedTrial(const ExperimentRun& run, const ActiveTrial& trial,
                                                const JobStatus& job) {
  TrialRecord record = trial.record;
  record.completed = clock_.Now();
  record.reason = job.reason;
  record.message = job.message;
  const bool stopped_itself = job.reason == kEarlyStoppedReason;
  const bool stopped_early =
      job.state == JobState::kKilled && (IsBeingStopped(trial.record) || stopped_itself);
  if (job.state != JobState::kSucceeded && !stopped_early) {
    record.state = job.state == JobState::kKilled ? TrialState::kKilled : TrialState::kFailed;
    return record;
  }
  // The store's summary, not this process's memory: others may have pushed metrics too.
  ASSIGN_OR_RETURN(auto stored, store_.ListTrials({.uid = record.uid}));
  if (stored.empty()) return NotFound("trial {} is gone", record.name);
  if (stopped_early) {
    TrialRecord stopped = trial.record;
    if (stopped_itself) stopped.message = job.message;
    stopped.metrics = std::move(stored.front().metrics);
    return EarlyStoppedTrial(run.document.spec, std::move(stopped), record.completed);
  }
  record.state = TrialState::kSucceeded;
  const auto outcome = OutcomeOf(run.document.spec, stored.front().metrics);
  if (outcome.ok()) {
    PutOutcome(*outcome, record);
  } else if (run.document.spec.metrics_collector.kind != CollectorKind::kNone) {
    record.state = TrialState::kMetricsUnavailable;
    record.reason = outcome.status().code() == StatusCode::kNotFound ? "MetricsUnavailable"
                                                                     : "ObjectiveNotANumber";
    // Its end may say why: an event file that is damaged, for instance.
    record.message = Message(outcome.status()) + (job.message.empty() ? "" : "; ") + job.message;
  }
  return record;
}

void Reconciler::TakeSubmissions(ExperimentRun& run, Draft& draft) {
  const Time now = clock_.Now();
  for (auto& [uid, handle] : run.submissions) {
    const auto entry = run.active.find(uid);
    if (entry == run.active.end()) continue;
    ActiveTrial& trial = entry->second;
    TrialRecord record = trial.record;
    if (handle.ok()) {
      trial.room_heard = false;
      record.handle = *handle;
      record.state = TrialState::kRunning;
      record.reason = record.message = "";
      if (record.started == absl::InfinitePast()) record.started = now;
      ++record.attempts;
    } else if (IsRetryable(handle.status())) {
      trial.backoff = NextBackoff(trial.backoff);
      trial.retry_at = trial.room_heard ? now : now + trial.backoff;
      trial.room_heard = false;
      actions_.WakeAt(run, trial.retry_at);
      const bool waits_for_room = handle.status().code() == StatusCode::kResourceExhausted;
      if (!waits_for_room && trial.backoff < kToldBackoff) continue;
      record.reason = waits_for_room ? kWaitingReason : kDelayedReason;
      record.message = Message(handle.status());
      if (record.message == trial.record.message) continue;
    } else {
      record.state = TrialState::kFailed;
      record.reason = "SubmitFailed";
      record.message = Message(handle.status());
      record.completed = now;
      draft.AddEvent(uid, now, record.reason, record.message);
    }
    draft.Update(std::move(record));
  }
}

// What a job waits for within its engine, as long as it does.
void Reconciler::TakeWaiting(const ActiveTrial& trial, const JobStatus& job, Draft& draft) {
  if (job.state != JobState::kRunning || trial.record.state != TrialState::kRunning ||
      IsBeingStopped(trial.record) || trial.record.message == job.message) {
    return;
  }
  TrialRecord record = trial.record;
  record.reason = job.reason;
  record.message = job.message;
  draft.Update(std::move(record));
}

Status Reconciler::TakeLooks(ExperimentRun& run, Draft& draft) {
  const Time now = clock_.Now();
  for (auto& [uid, look] : run.looks) {
    const auto entry = run.active.find(uid);
    // Of a trial whose submission is not recorded yet, the end is taken in after that.
    if (entry == run.active.end() || !look.status.ok() || run.submissions.contains(uid)) continue;
    JobStatus job = look.job;
    const ActiveTrial& trial = entry->second;
    if (trial.record.state == TrialState::kPending && trial.record.attempts > 0 &&
        (job.state == JobState::kFailed || job.state == JobState::kMissing)) {
      // That was the run before; a pending one is looked at only once it is stopped.
      job = {JobState::kKilled, "Cancelled", "it was stopped before it was run again"};
    }
    if (job.state == JobState::kMissing && trial.record.state == TrialState::kRunning) {
      TrialRecord record = trial.record;
      // One that has reported did run, and a second run would add its points to the first's.
      if (record.attempts - trial.retries < kMostSubmissions && record.collected_bytes == 0) {
        // The process that submitted it was killed before the job itself had begun: the operator is
        // certain that it never ran, and submitting again starts it once.
        record.state = TrialState::kPending;
        draft.Update(std::move(record));
        continue;
      }
      job = {JobState::kFailed, "Lost", "its job is no longer known to the operator"};
    }
    if (!IsFinal(job.state)) {
      TakeWaiting(trial, job, draft);
      continue;
    }
    if (IsRetried(run.document.spec.trial_template, job, trial.retries) &&
        !IsBeingStopped(trial.record)) {
      auto record =
          ToBeRetried(trial.record, job, trial.retries, run.document.spec.trial_template.retries);
      draft.AddEvent(uid, now, record.reason, record.message);
      draft.ForgetPoints(uid);
      draft.Update(std::move(record));
      continue;
    }
    ASSIGN_OR_RETURN(auto record, FinishedTrial(run, trial, job));
    draft.AddEvent(uid, now, std::string(Name(record.state)), record.message);
    draft.Update(std::move(record));
  }
  return absl::OkStatus();
}

// Durable before anybody stops them: see IsBeingStopped.
void Reconciler::TakeStops(ExperimentRun& run, Draft& draft) {
  if (!run.stopper) return;
  for (const auto& [uid, because] : run.stopper->hopeless()) {
    const TrialRecord* found = draft.Find(uid);
    if (found == nullptr || found->state != TrialState::kRunning || IsBeingStopped(*found))
      continue;
    TrialRecord trial = ToBeStopped(*found, because);
    draft.AddEvent(uid, clock_.Now(), trial.reason, trial.message);
    draft.Update(std::move(trial));
  }
}

void Reconciler::RunAgain(ExperimentRun& run, const std::string& trial_uid) {
  // What it reported before says nothing of the next run.
  if (run.stopper) run.stopper->End(trial_uid, TrialState::kKilled);
  ActiveTrial& trial = run.active[trial_uid];
  trial.cancel_sent = trial.look_again = false;
  trial.backoff = absl::ZeroDuration();
  trial.retry_at = clock_.Now() + RetryDelay(trial.retries++);
  actions_.WakeAt(run, trial.retry_at);
}

std::vector<TrialRecord> Reconciler::TakeSuggestions(ExperimentRun& run, Draft& draft) {
  std::vector<TrialRecord> proposed;
  if (!run.suggestions) return proposed;
  const Time now = clock_.Now();
  if (run.suggestions->ok()) {
    for (const auto& suggested : (*run.suggestions)->trials) {
      // An answer to a question of before a restart, or of before a trial was added by hand, may
      // name numbers that are taken.
      if (suggested.number >= draft.next_number())
        proposed.push_back(MakeTrial(run, suggested, now));
    }
    run.suggest_backoff = absl::ZeroDuration();
    return proposed;
  }
  const Status& status = run.suggestions->status();
  if (status.code() == StatusCode::kInvalidArgument ||
      status.code() == StatusCode::kUnimplemented) {
    run.suggestion_error = Message(status);
    return proposed;
  }
  // One event for an absence, however long.
  if (run.suggest_backoff == absl::ZeroDuration()) {
    draft.AddEvent("", now, "SuggestionUnavailable", Message(status));
  }
  run.suggest_backoff = NextBackoff(run.suggest_backoff);
  run.suggest_at = now + run.suggest_backoff;
  actions_.WakeAt(run, run.suggest_at);
  return proposed;
}

Status Reconciler::TakeEvents(ExperimentRun& run) {
  Draft draft(run);
  ClientPass clients(run, draft, store_, clock_.Now());
  TakeSubmissions(run, draft);
  RETURN_IF_ERROR(TakeLooks(run, draft));
  RETURN_IF_ERROR(clients.TakeCalls());
  TakeStops(run, draft);
  auto proposed = TakeSuggestions(run, draft);
  // A user may have lowered the budget, paused or stopped the experiment since they were asked for.
  // What finds no room now is proposed again when there is some.
  const size_t count = proposed.size();
  const bool all_wanted = clients.HandOut(std::move(proposed)) == count;
  if (!draft.IsEmpty()) {
    RETURN_IF_ERROR(draft.Commit(store_));
    LogEvents(run, draft.events());
    actions_.Changed(run);
  }

  // Durable: now memory may follow.
  std::map<std::string, TrialLook> kept;
  for (auto& [uid, look] : run.looks) {
    if (run.submissions.contains(uid) && run.active.contains(uid)) kept[uid] = std::move(look);
  }
  run.looks = std::move(kept);
  run.submissions.clear();
  const bool exhausted =
      all_wanted && run.suggestions && run.suggestions->ok() && (*run.suggestions)->exhausted;
  run.suggestions.reset();
  if (run.stopper) {
    for (const auto& points : draft.points()) run.stopper->Add(points.trial_uid, points.points);
    for (const TrialRecord* ended : draft.Ended()) run.stopper->End(ended->uid, ended->state);
  }
  run.has_folders_to_remove |= RemovesTrialFolders(run.document.spec) && !draft.Ended().empty();
  const auto again = draft.forgotten();
  draft.Apply(run);
  for (const auto& uid : again) RunAgain(run, uid);
  clients.Finish();
  WakeAt(run, clients.NextWake());
  if (exhausted && !run.record.suggestions_exhausted) {
    return UpdateExperiment(run, "SearchSpaceExhausted",
                            "the algorithm has nothing more to propose",
                            [](ExperimentRecord& record) { record.suggestions_exhausted = true; });
  }
  return absl::OkStatus();
}

// A timer for each pass would be many; one that fires too early does no harm.
void Reconciler::WakeAt(ExperimentRun& run, Time time) {
  if (time == absl::InfiniteFuture()) return;
  const bool is_set = run.wake_at > clock_.Now() && run.wake_at <= time;
  if (is_set) return;
  run.wake_at = time;
  actions_.WakeAt(run, time);
}

Status Reconciler::UpdateExperiment(ExperimentRun& run, const std::string& event_reason,
                                    const std::string& event_message,
                                    const std::function<void(ExperimentRecord&)>& change) {
  ExperimentRecord record = run.record;
  change(record);
  WriteBatch batch;
  batch.update_experiments.push_back(record);
  batch.append_events.push_back({.experiment_uid = record.uid,
                                 .time = clock_.Now(),
                                 .reason = event_reason,
                                 .message = event_message});
  const Status status = store_.Commit(batch);
  // A user's edit came first: the next reconciliation sees it and decides again.
  if (status.code() == StatusCode::kAborted) run.reload = true;
  RETURN_IF_ERROR(status);
  ++record.version;
  run.record = std::move(record);
  LogEvents(run, batch.append_events);
  actions_.Changed(run);
  return absl::OkStatus();
}

StatusOr<Reconciler::Outcome> Reconciler::CarryOut(ExperimentRun& run) {
  const Plan plan = MakePlan(run.Snapshot());
  const Time now = clock_.Now();
  const bool is_alive = !IsTerminal(run.record.state) && !run.record.delete_requested;
  if (is_alive && run.has_folders_to_remove && !run.removing_folders) {
    actions_.RemoveTrialFolders(run);
  }
  // It ends only after them: whoever takes it up after a crash is to find what is left to do.
  if ((plan.ending || plan.remove) && run.removing_folders) return Outcome::kActive;
  if (plan.remove && !run.files_removed && !run.record.work_dir.empty()) {
    actions_.RemoveFiles(run);
    return Outcome::kActive;
  }
  if (plan.remove) {
    WriteBatch batch;
    batch.delete_experiments.push_back(run.record.uid);
    RETURN_IF_ERROR(store_.Commit(batch));
    actions_.Changed(run);
    return Outcome::kEnded;
  }
  if (plan.ending) {
    RETURN_IF_ERROR(UpdateExperiment(run, plan.ending->reason, plan.ending->message,
                                     [&](ExperimentRecord& record) {
                                       record.state = plan.ending->state;
                                       record.reason = plan.ending->reason;
                                       record.message = plan.ending->message;
                                       record.stop_requested = false;
                                       record.completed = now;
                                     }));
    return Outcome::kEnded;
  }
  if (IsTerminal(run.record.state) && !run.record.delete_requested) return Outcome::kEnded;
  if (plan.start) {
    RETURN_IF_ERROR(UpdateExperiment(run, "Running", "it has begun", [&](ExperimentRecord& record) {
      record.state = ExperimentState::kRunning;
      record.reason = "Running";
      record.message = run.IsClientRun() ? "clients may ask for its trials" : "trials are running";
      record.completed = absl::InfinitePast();
      if (record.started == absl::InfinitePast()) record.started = now;
    }));
  }
  if (!run.out_of_time) WakeAt(run, run.TimeLimit());
  if (!run.IsClientRun()) ActOnTrials(run, plan.cancel_active);
  if (plan.suggestions > 0) {
    if (now >= run.suggest_at) {
      actions_.RequestSuggestions(run, static_cast<int>(std::min<int64_t>(plan.suggestions, 1000)));
    } else {
      actions_.WakeAt(run, run.suggest_at);
    }
  }
  return Outcome::kActive;
}

void Reconciler::ActOnTrials(ExperimentRun& run, bool cancel) {
  const Time now = clock_.Now();
  for (auto& [uid, trial] : run.active) {
    if (trial.submitting) continue;
    if (trial.record.state == TrialState::kPending && !cancel) {
      if (trial.record.waits_for_room) continue;
      if (now >= trial.retry_at) actions_.SubmitTrial(run, trial);
      continue;
    }
    const bool stop = cancel || IsBeingStopped(trial.record);
    if (stop && !trial.cancel_sent) {
      trial.cancel_sent = true;
      actions_.CancelTrial(run, trial);
    }
    if (trial.look_again && !trial.looking) actions_.LookAtTrial(run, trial);
  }
}

}  // namespace qalam
