#include "controller/controller_loop.h"

#include "base/log.h"
#include "controller/client_pass.h"
#include "controller/trial_folders.h"

namespace qalam {

namespace {

// Calls of one kind to one experiment. Each is a worker that waits: more are a mistake, or worse.
constexpr size_t kMostWaiting = 100000;

// A server that takes an experiment over does so within less.
constexpr Duration kLongestWithoutServer = absl::Seconds(10);
constexpr Duration kLookForServer = absl::Milliseconds(100);

Status Elsewhere() { return Unavailable("another server runs the experiment now; try again"); }
Status Stopping() { return Unavailable("the server is stopping; try again once it runs"); }

// Of the trials that the next reconciliation may take for ended, by uid.
std::map<std::string, std::string> HandlesHeardOf(const ExperimentRun& run) {
  std::map<std::string, std::string> handles;
  const auto add = [&](const std::string& trial_uid) {
    const auto trial = run.active.find(trial_uid);
    if (trial != run.active.end()) handles[trial_uid] = run.HandleOf(trial->second.record);
  };
  for (const auto& [trial_uid, look] : run.looks) add(trial_uid);
  for (const auto& [trial_uid, handle] : run.submissions) add(trial_uid);
  return handles;
}

template <typename Call>
void Refuse(const Call& call, const Status& status) {
  call.answer(status);
}
void Refuse(const RenewCall& call, const Status& status) {
  if (call.answer) call.answer(status);
}

}  // namespace

Status Controller::Loop::Start() {
  if (options_.adopt_existing && options_.gate == nullptr) {
    ASSIGN_OR_RETURN(const auto active, store_.ListExperiments({.only_active = true}));
    for (const auto& record : active) Enqueue(record.uid);
  }
  {
    absl::MutexLock lock(&load_mutex_);
    workers_ = std::make_unique<WorkerPool>(options_.workers);
    last_turn_ = steps_.Now();
  }
  operator_.Watch(
      [this](const std::string& handle) { Post([this, handle] { JobChanged(handle); }); });
  next_resync_ = steps_.Now() + options_.resync_interval;
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Controller::Loop::Stop() {
  if (!thread_.joinable()) return;
  operator_.Watch(nullptr);
  events_.Close();
  thread_.join();
  std::unique_ptr<WorkerPool> workers;
  {
    absl::MutexLock lock(&load_mutex_);
    workers.swap(workers_);
  }
  workers.reset();
  // Nobody is to wait for an answer that never comes.
  refuses_calls_ = true;
  RunEvents();
  for (const auto& [time, event] : std::exchange(delayed_, {})) event();
  for (auto& [uid, run] : runs_) AnswerRest(run, Stopping());
}

template <typename Call>
void Controller::Loop::Take(const std::string& uid, Call call,
                            std::vector<Call> ExperimentRun::*queue) {
  const auto shared = std::make_shared<Call>(std::move(call));
  const bool posted = Post([this, uid, shared, queue] {
    TakeIn(uid, shared, queue, steps_.Now() + kLongestWithoutServer);
  });
  if (!posted) Refuse(*shared, Stopping());
}

template <typename Call>
void Controller::Loop::TakeIn(const std::string& uid, const std::shared_ptr<Call>& call,
                              std::vector<Call> ExperimentRun::*queue, Time deadline) {
  if (refuses_calls_) return Refuse(*call, Stopping());
  const auto has_ended = HasEndedElsewhere(uid);
  if (!has_ended.ok()) return Refuse(*call, has_ended.status());
  if (!Holds(uid) && !*has_ended) {
    options_.gate->Want(uid);
    if (steps_.Now() >= deadline) return Refuse(*call, Elsewhere());
    delayed_.emplace(steps_.Now() + kLookForServer,
                     [this, uid, call, queue, deadline] { TakeIn(uid, call, queue, deadline); });
    return;
  }
  const auto run = Open(uid);
  if (!run.ok()) return Refuse(*call, run.status());
  auto& waiting = (*run)->*queue;
  if (waiting.size() >= kMostWaiting) {
    return Refuse(*call, ResourceExhausted("{} calls wait already", waiting.size()));
  }
  waiting.push_back(std::move(*call));
  dirty_.insert(uid);
}

// Nobody holds what has ended: it can be asked about everywhere.
StatusOr<bool> Controller::Loop::HasEndedElsewhere(const std::string& uid) {
  if (Holds(uid)) return false;
  ASSIGN_OR_RETURN(const auto found, store_.ListExperiments({.uid = uid}));
  if (found.empty()) return NotFound("there is no experiment with uid {}", uid);
  return IsTerminal(found.front().state);
}

template void Controller::Loop::Take(const std::string&, TellCall,
                                     std::vector<TellCall> ExperimentRun::*);
template void Controller::Loop::Take(const std::string&, RenewCall,
                                     std::vector<RenewCall> ExperimentRun::*);
template void Controller::Loop::Take(const std::string&, AddCall,
                                     std::vector<AddCall> ExperimentRun::*);
template void Controller::Loop::Take(const std::string&, StopCall,
                                     std::vector<StopCall> ExperimentRun::*);

uint64_t Controller::Loop::Ask(const std::string& uid, AskCall call) {
  const uint64_t id = ++last_ask_;
  call.id = id;
  Take(uid, std::move(call), &ExperimentRun::asks);
  return id;
}

void Controller::Loop::CancelAsk(const std::string& uid, uint64_t id) {
  Post([this, uid, id] {
    const auto entry = runs_.find(uid);
    if (entry == runs_.end()) return;
    auto& asks = entry->second.asks;
    const auto call =
        std::find_if(asks.begin(), asks.end(), [&](const AskCall& ask) { return ask.id == id; });
    if (call == asks.end()) return;
    const auto answer = std::move(call->answer);
    asks.erase(call);
    answer(absl::CancelledError("the caller has gone"));
  });
}

void Controller::Loop::Reported(const std::string& uid, TrialPoints points) {
  Post([this, uid, points = std::move(points)] {
    // A run that is not there yet will read them from the store.
    const auto run = runs_.find(uid);
    if (run == runs_.end() || !run->second.stopper) return;
    if (!run->second.active.contains(points.trial_uid)) return;
    run->second.stopper->Add(points.trial_uid, points.points);
    dirty_.insert(uid);
  });
}

void Controller::Loop::Run() {
  while (true) {
    Time until = next_resync_;
    if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
    if (!delayed_.empty()) until = std::min(until, delayed_.begin()->first);
    if (!events_.Await(until - steps_.Now())) return;
    FollowClock();
    NoteTurn(dirty_.size());
    RunEvents();
    FireTimers();
    if (steps_.Now() >= next_resync_) Resync();
    ReconcileDirty();
  }
}

void Controller::Loop::RunEvents() {
  for (const auto& event : events_.TakeAll()) event();
}

ControllerLoad Controller::Loop::Load() const {
  ControllerLoad load{.workers = options_.workers};
  load.waiting_events = static_cast<int64_t>(events_.size());
  absl::MutexLock lock(&load_mutex_);
  if (workers_ != nullptr) {
    load.waiting_jobs = workers_->waiting();
    load.busy_workers = workers_->busy();
  }
  load.experiments = static_cast<int64_t>(experiments_);
  load.waiting_experiments = static_cast<int64_t>(to_reconcile_);
  load.last_turn = last_turn_;
  return load;
}

void Controller::Loop::NoteTurn(size_t to_reconcile) {
  absl::MutexLock lock(&load_mutex_);
  experiments_ = runs_.size();
  to_reconcile_ = to_reconcile;
  last_turn_ = steps_.Now();
}

void Controller::Loop::FollowClock() {
  const Duration step = steps_.Look();
  if (step == absl::ZeroDuration()) return;
  Logger("controller")
      .Warn("the machine's clock was set; what waits is not shortened by it",
            {{"by", absl::FormatDuration(step)}});
  next_resync_ += step;
  const auto shift = [step](auto& timers) {
    std::decay_t<decltype(timers)> shifted;
    for (auto& [time, what] : timers) shifted.emplace(time + step, std::move(what));
    timers.swap(shifted);
  };
  shift(timers_);
  shift(delayed_);
  for (auto& [uid, run] : runs_) run.ShiftTimes(step);
}

void Controller::Loop::FireTimers() {
  while (!timers_.empty() && timers_.begin()->first <= steps_.Now()) {
    dirty_.insert(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
  while (!delayed_.empty() && delayed_.begin()->first <= steps_.Now()) {
    const EventQueue::Event event = std::move(delayed_.begin()->second);
    delayed_.erase(delayed_.begin());
    event();
  }
}

// The safety net: an event may be missed, and a trial may end while nobody watches it.
void Controller::Loop::Resync() {
  next_resync_ = steps_.Now() + options_.resync_interval;
  for (auto& [uid, run] : runs_) {
    run.reload = true;
    for (auto& [trial_uid, trial] : run.active) {
      trial.look_again = true;
      // A message to stop may have been lost; repeating it does no harm.
      trial.cancel_sent = false;
    }
    dirty_.insert(uid);
  }
}

void Controller::Loop::Touch(const std::string& uid, bool reload) {
  if (!Holds(uid)) {
    dirty_.insert(uid);  // to be let go of
    return options_.gate->Want(uid);
  }
  const auto run = Open(uid);
  if (run.status().code() == StatusCode::kNotFound) {
    dirty_.erase(uid);
    return;
  }
  if (!run.ok()) {
    Logger("controller")
        .Error("cannot load an experiment, will try again",
               {{"experiment_uid", uid}, {"error", Message(run.status())}});
    timers_.emplace(steps_.Now() + absl::Seconds(1), uid);
    return;
  }
  (*run)->reload |= reload;
  dirty_.insert(uid);
}

StatusOr<ExperimentRun*> Controller::Loop::Open(const std::string& uid) {
  const auto run = runs_.find(uid);
  if (run != runs_.end()) return &run->second;
  ASSIGN_OR_RETURN(auto loaded, LoadExperimentRun(store_, uid, steps_.Now()));
  // Those of trials that ended when the process did.
  loaded.has_folders_to_remove = RemovesTrialFolders(loaded.document.spec);
  NoteHandles(loaded);
  return &runs_.emplace(uid, std::move(loaded)).first->second;
}

void Controller::Loop::NoteHandles(const ExperimentRun& run) {
  for (const auto& [trial_uid, trial] : run.active) {
    const std::string& handle = trial.record.handle;
    if (!handle.empty()) by_handle_[handle] = {run.record.uid, trial_uid};
  }
}

StatusOr<Reconciler::Outcome> Controller::Loop::Reconcile(ExperimentRun& run) {
  if (run.in_doubt) {
    ASSIGN_OR_RETURN(auto anew, ReloadExperimentRun(store_, run, steps_.Now()));
    run = std::move(anew);
    NoteHandles(run);
  }
  const auto heard_of = HandlesHeardOf(run);
  auto outcome = reconciler_.Reconcile(run);
  for (const auto& [trial_uid, handle] : heard_of) {
    // It has ended: what its operator still tells of it is nobody's.
    if (!run.active.contains(trial_uid)) by_handle_.erase(handle);
  }
  return outcome;
}

void Controller::Loop::ReconcileDirty() {
  std::set<std::string> dirty;
  dirty.swap(dirty_);
  size_t left = dirty.size();
  for (const auto& uid : dirty) {
    NoteTurn(left--);
    auto entry = runs_.find(uid);
    const bool has_ended = entry != runs_.end() && IsTerminal(entry->second.record.state);
    if (!Holds(uid) && !has_ended) {
      if (entry != runs_.end()) Drop(entry, Elsewhere());
      continue;
    }
    if (entry == runs_.end()) {
      Touch(uid, false);
      entry = runs_.find(uid);
      if (entry == runs_.end()) continue;
    }
    const auto outcome = Reconcile(entry->second);
    if (!outcome.ok()) {
      if (outcome.status().code() == StatusCode::kNotFound) {
        Drop(entry, outcome.status());
      } else if (outcome.status().code() == StatusCode::kAborted) {
        dirty_.insert(uid);
        Post([] {});  // so that the loop does not wait
      } else {
        LoggerOf(entry->second)
            .Error("cannot reconcile, will try again", {{"error", Message(outcome.status())}});
        entry->second.in_doubt = true;
        timers_.emplace(steps_.Now() + absl::Seconds(1), uid);
      }
      continue;
    }
    if (*outcome == Reconciler::Outcome::kEnded) {
      const ExperimentRecord& record = entry->second.record;
      Drop(entry, record.delete_requested ? NotFound("experiment {} was deleted", record.name)
                                          : absl::OkStatus());
      workers_->Run([this, uid] { suggestions_.Forget(uid); });
    }
  }
  NoteTurn(dirty_.size());
}

void Controller::Loop::Drop(std::map<std::string, ExperimentRun>::iterator entry,
                            const Status& status) {
  AnswerRest(entry->second, status);
  for (const auto& [trial_uid, trial] : entry->second.active) {
    by_handle_.erase(trial.record.handle);
  }
  runs_.erase(entry);
}

ActiveTrial* Controller::Loop::FindTrial(const std::string& experiment_uid,
                                         const std::string& trial_uid) {
  const auto run = runs_.find(experiment_uid);
  if (run == runs_.end()) return nullptr;
  const auto trial = run->second.active.find(trial_uid);
  return trial == run->second.active.end() ? nullptr : &trial->second;
}

void Controller::Loop::JobChanged(const std::string& handle) {
  const auto place = by_handle_.find(handle);
  if (place == by_handle_.end()) {
    if (submissions_in_flight_ > 0) heard_early_.insert(handle);
    return;
  }
  const auto& [experiment_uid, trial_uid] = place->second;
  ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
  if (trial == nullptr) {
    by_handle_.erase(place);
    return;
  }
  trial->look_again = true;
  if (trial->waits_for_room) {
    trial->room_heard = true;
    trial->retry_at = absl::InfinitePast();
  }
  dirty_.insert(experiment_uid);
}

}  // namespace qalam
