#include "controller/client_pass.h"

#include <algorithm>

#include "controller/tell.h"

namespace qalam {

namespace {

bool ByNumber(const TrialRecord& a, const TrialRecord& b) { return a.number < b.number; }

Status NotActive(const std::string& trial_uid) {
  return NotFound("trial {} is not active", trial_uid);
}

}  // namespace

template <typename Call, typename Value>
void ClientPass::Reply(const Call& call, Value value) {
  replies_.push_back(
      [&call, value = std::move(value)]() mutable { call.answer(std::move(value)); });
}

Status ClientPass::TakeCalls() {
  for (const auto& call : run_.tells) RETURN_IF_ERROR(TakeTell(call));
  for (const auto& call : run_.renewals) TakeRenewal(call);
  if (run_.IsClientRun()) {
    RETURN_IF_ERROR(EndLeases());
    if (MakePlan(draft_.Snapshot()).cancel_active) KillAll();
  } else {
    for (const auto& call : run_.asks) {
      Serve(call, FailedPrecondition("the trials of experiment {} are run by an operator; only "
                                     "those of one with trialRunner: Client can be asked for",
                                     run_.record.name));
    }
  }
  for (const auto& call : run_.additions) TakeAddition(call);
  for (const auto& call : run_.stops) TakeStop(call);
  return absl::OkStatus();
}

// An error is the store's; what is wrong with the call is its answer.
Status ClientPass::TakeTell(const TellCall& call) {
  const auto reply = [&](StatusOr<TrialRecord> answer) {
    Reply(call, std::move(answer));
    return absl::OkStatus();
  };
  const TrialRecord* found = draft_.Find(call.trial_uid);
  // One that another call of this pass has ended is no more active than one that ended before.
  if (found == nullptr || IsTerminal(found->state)) return reply(NotActive(call.trial_uid));
  if (!run_.IsClientRun()) {
    return reply(
        FailedPrecondition("trial {} is run by an operator, which tells its end", found->name));
  }
  if (found->state == TrialState::kRunning && !call.lease.empty() && call.lease != found->lease) {
    return reply(FailedPrecondition("the lease of trial {} has ended, and \"{}\" has the trial now",
                                    found->name, found->worker));
  }
  TrialRecord trial = *found;
  if (NeedsReportedMetrics(run_.document.spec, call)) {
    ASSIGN_OR_RETURN(auto stored, store_.ListTrials({.uid = trial.uid}));
    if (stored.empty()) return reply(NotActive(call.trial_uid));
    trial.metrics = std::move(stored.front().metrics);
  }
  auto ended = EndedTrial(run_.document.spec, std::move(trial), call, now_);
  if (!ended.ok()) return reply(ended.status());
  auto points = ToldPoints(run_.document.spec, call, now_);
  if (!points.empty()) draft_.AddPoints({ended->uid, std::move(points)});
  draft_.AddEvent(ended->uid, now_, std::string(Name(ended->state)), ended->message);
  draft_.Update(*ended);
  return reply(*std::move(ended));
}

void ClientPass::TakeRenewal(const RenewCall& call) {
  std::vector<RenewCall::Answer> answers;
  for (const auto& item : call.items) {
    RenewCall::Answer& answer = answers.emplace_back();
    const TrialRecord* found = draft_.Find(item.trial_uid);
    if (found == nullptr || IsTerminal(found->state)) continue;
    if (item.lease.empty() || found->lease != item.lease) {
      answer.outcome = RenewCall::Outcome::kLost;
      answer.worker = found->worker;
      continue;
    }
    answer.outcome = RenewCall::Outcome::kHeld;
    answer.expires = now_ + absl::Seconds(found->lease_seconds);
    lease_ends_[item.trial_uid] = answer.expires;
    if (IsBeingStopped(*found)) {
      answer.stop_reason = found->reason;
      answer.stop_message = found->message;
    }
    if (found->state == TrialState::kRunning) continue;
    // Its lease had ended, but nobody has taken the trial since.
    TrialRecord trial = *found;
    trial.state = TrialState::kRunning;
    draft_.AddEvent(trial.uid, now_, "LeaseRenewed",
                    fmt::format("\"{}\" was heard of again and goes on with it", trial.worker));
    draft_.Update(std::move(trial));
  }
  if (!call.answer) return;
  Reply(call, std::move(answers));
}

void ClientPass::TakeAddition(const AddCall& call) {
  const auto reply = [&](StatusOr<TrialRecord> answer) { Reply(call, std::move(answer)); };
  const ExperimentSnapshot snapshot = draft_.Snapshot();
  if (const Status status = CheckRoomForAnother(snapshot); !status.ok()) return reply(status);
  TrialRecord trial = MakeTrial(run_,
                                {.number = draft_.next_number(),
                                 .parameters = call.parameters,
                                 .labels = {{"added", "by hand"}}},
                                now_);
  trial.waits_for_room = !run_.IsClientRun();
  draft_.AddEvent(trial.uid, now_, "Added", "it was added by hand");
  draft_.Create(trial);
  reply(std::move(trial));
}

void ClientPass::TakeStop(const StopCall& call) {
  const auto reply = [&](StatusOr<TrialRecord> answer) { Reply(call, std::move(answer)); };
  const TrialRecord* found = draft_.Find(call.trial_uid);
  if (found == nullptr || IsTerminal(found->state)) return reply(NotActive(call.trial_uid));
  if (found->state != TrialState::kRunning) {
    return reply(FailedPrecondition("trial {} has not begun", found->name));
  }
  if (IsBeingStopped(*found)) return reply(*found);
  TrialRecord trial = ToBeStopped(*found, call.because);
  draft_.AddEvent(trial.uid, now_, trial.reason, trial.message);
  draft_.Update(trial);
  reply(std::move(trial));
}

Status ClientPass::EndLeases() {
  for (const auto& [uid, active] : run_.active) {
    const TrialRecord& found = *draft_.Find(uid);
    if (found.state != TrialState::kRunning || lease_ends_.contains(uid)) continue;
    if (active.lease_ends > now_) continue;
    TrialRecord trial = found;
    if (IsBeingStopped(trial)) {
      // Nobody need go on with what is hopeless.
      ASSIGN_OR_RETURN(auto stored, store_.ListTrials({.uid = uid}));
      if (stored.empty()) continue;
      trial.metrics = std::move(stored.front().metrics);
      trial = EarlyStoppedTrial(run_.document.spec, std::move(trial), now_);
      draft_.AddEvent(uid, now_, std::string(Name(trial.state)), trial.message);
      draft_.Update(std::move(trial));
      continue;
    }
    trial.state = TrialState::kPending;
    draft_.AddEvent(uid, now_, "LeaseEnded",
                    fmt::format("\"{}\" was not heard of for {} s; the trial goes to the next "
                                "that asks",
                                trial.worker, trial.lease_seconds));
    draft_.Update(std::move(trial));
  }
  return absl::OkStatus();
}

void ClientPass::KillAll() {
  std::vector<TrialRecord> trials;
  for (const TrialRecord* active : draft_.Active()) trials.push_back(*active);
  for (auto& trial : trials) {
    trial.state = TrialState::kKilled;
    trial.reason = "ExperimentEnded";
    trial.message = "its experiment has ended";
    trial.completed = now_;
    draft_.AddEvent(trial.uid, now_, std::string(Name(trial.state)), trial.message);
    draft_.Update(std::move(trial));
  }
}

size_t ClientPass::HandOut(std::vector<TrialRecord> proposed) {
  return run_.IsClientRun() ? HandToClients(std::move(proposed))
                            : HandToOperator(std::move(proposed));
}

size_t ClientPass::HandToOperator(std::vector<TrialRecord> proposed) {
  const Plan plan = MakePlan(Snapshot());
  for (auto& trial : Waiting(plan.release)) {
    trial.waits_for_room = false;
    draft_.Update(std::move(trial));
  }
  const size_t wanted = std::min(proposed.size(), static_cast<size_t>(plan.suggestions));
  for (size_t i = 0; i < wanted; ++i) draft_.Create(std::move(proposed[i]));
  return wanted;
}

size_t ClientPass::HandToClients(std::vector<TrialRecord> proposed) {
  RepeatAnswers();
  const Plan plan = MakePlan(Snapshot());
  std::vector<TrialRecord> trials = Waiting(plan.release);
  const size_t waiting = trials.size();
  proposed.resize(std::min(proposed.size(), static_cast<size_t>(plan.suggestions)));
  std::move(proposed.begin(), proposed.end(), std::back_inserter(trials));
  // Who asks for many is not given a few while the rest is on its way.
  const bool more_to_come =
      run_.suggesting || (!run_.suggestions && plan.suggestions > 0 && now_ >= run_.suggest_at);
  size_t given = 0;
  for (const auto& call : run_.asks) {
    if (IsServed(call)) continue;
    const size_t count = std::min(trials.size() - given, static_cast<size_t>(call.count));
    if (count == 0 || (more_to_come && count < static_cast<size_t>(call.count))) break;
    const auto begin = trials.begin() + static_cast<std::ptrdiff_t>(given);
    Give(call, {std::make_move_iterator(begin),
                std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(count))});
    given += count;
  }
  RefuseOverdue();
  return given > waiting ? given - waiting : 0;
}

// The answer to an earlier call of the same lease was lost.
void ClientPass::RepeatAnswers() {
  const bool any = std::any_of(run_.asks.begin(), run_.asks.end(),
                               [](const AskCall& call) { return call.may_repeat; });
  if (!any) return;
  std::map<std::string, std::vector<TrialRecord>> held;
  for (const TrialRecord* trial : draft_.Active()) {
    if (trial->state == TrialState::kRunning) held[trial->lease].push_back(*trial);
  }
  for (const auto& call : run_.asks) {
    const auto entry = call.may_repeat ? held.find(call.lease) : held.end();
    if (entry == held.end()) continue;
    auto& trials = entry->second;
    std::sort(trials.begin(), trials.end(), ByNumber);
    trials.resize(std::min(trials.size(), static_cast<size_t>(call.count)));
    for (const auto& trial : trials) {
      lease_ends_[trial.uid] = now_ + absl::Seconds(trial.lease_seconds);
    }
    Serve(call, AskAnswer{.trials = trials});
  }
}

// Those who have waited as long as they would, unless proposals are under way.
void ClientPass::RefuseOverdue() {
  const ExperimentSnapshot snapshot = Snapshot();
  const Plan plan = MakePlan(snapshot);
  const bool more_to_come = run_.suggesting || (plan.suggestions > 0 && now_ >= run_.suggest_at);
  // When the experiment has ended, that is the answer: see AnswerRest.
  const bool is_over = IsTerminal(snapshot.state) || plan.ending || plan.remove;
  if (more_to_come || is_over) return;
  const Refusal refusal = WhyNothing(snapshot);
  for (const auto& call : run_.asks) {
    if (IsServed(call) || call.deadline > now_) continue;
    Serve(call, AskAnswer{.reason = refusal.reason, .message = refusal.message});
  }
}

std::vector<TrialRecord> ClientPass::Waiting(int64_t most) const {
  std::vector<TrialRecord> trials;
  if (most == 0) return trials;
  for (const TrialRecord* trial : draft_.Active()) {
    if (run_.IsWaiting(*trial)) trials.push_back(*trial);
  }
  std::sort(trials.begin(), trials.end(), ByNumber);
  trials.resize(std::min(trials.size(), static_cast<size_t>(most)));
  return trials;
}

void ClientPass::Give(const AskCall& call, std::vector<TrialRecord> trials) {
  for (auto& trial : trials) {
    trial.state = TrialState::kRunning;
    trial.worker = call.worker;
    trial.lease = call.lease;
    trial.lease_seconds = call.lease_seconds;
    trial.started = now_;
    ++trial.attempts;
    lease_ends_[trial.uid] = now_ + absl::Seconds(call.lease_seconds);
    if (draft_.Find(trial.uid) != nullptr) {
      draft_.Update(trial);
    } else {
      draft_.Create(trial);
    }
  }
  Serve(call, AskAnswer{.trials = std::move(trials)});
}

void ClientPass::Serve(const AskCall& call, StatusOr<AskAnswer> answer) {
  served_.insert(call.id);
  Reply(call, std::move(answer));
}

ExperimentSnapshot ClientPass::Snapshot() const {
  ExperimentSnapshot snapshot = draft_.Snapshot();
  snapshot.suggestions_in_flight = false;
  for (const auto& call : run_.asks) {
    if (IsServed(call)) snapshot.asked -= call.count;
  }
  return snapshot;
}

void ClientPass::Finish() {
  for (const auto& [uid, time] : lease_ends_) {
    const auto active = run_.active.find(uid);
    if (active != run_.active.end()) active->second.lease_ends = time;
  }
  for (auto& reply : replies_) reply();
  run_.tells.clear();
  run_.renewals.clear();
  run_.additions.clear();
  run_.stops.clear();
  std::erase_if(run_.asks, [&](const AskCall& call) { return IsServed(call); });
}

Time ClientPass::NextWake() const {
  Time wake = absl::InfiniteFuture();
  if (!run_.IsClientRun()) return wake;
  for (const auto& call : run_.asks) {
    // One that is overdue waits for proposals, which wake the run.
    if (call.deadline > now_) wake = std::min(wake, call.deadline);
  }
  for (const auto& [uid, active] : run_.active) {
    if (active.record.state == TrialState::kRunning) wake = std::min(wake, active.lease_ends);
  }
  return wake;
}

void AnswerRest(ExperimentRun& run, const Status& status) {
  for (const auto& call : run.asks) {
    if (status.ok()) {
      call.answer(
          AskAnswer{.exhausted = true, .reason = run.record.reason, .message = run.record.message});
    } else {
      call.answer(status);
    }
  }
  for (const auto& call : run.tells) {
    call.answer(status.ok() ? NotActive(call.trial_uid) : status);
  }
  for (const auto& call : run.renewals) {
    if (!call.answer) continue;
    if (status.ok()) {
      call.answer(std::vector<RenewCall::Answer>(call.items.size()));
    } else {
      call.answer(status);
    }
  }
  for (const auto& call : run.additions) {
    call.answer(status.ok()
                    ? FailedPrecondition("experiment {} has ended ({}: {})", run.record.name,
                                         run.record.reason, run.record.message)
                    : status);
  }
  for (const auto& call : run.stops) {
    call.answer(status.ok() ? NotActive(call.trial_uid) : status);
  }
  run.asks.clear();
  run.tells.clear();
  run.renewals.clear();
  run.additions.clear();
  run.stops.clear();
}

}  // namespace qalam
