#include "controller/controller.h"

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <deque>
#include <filesystem>
#include <set>
#include <thread>

#include "controller/client_pass.h"
#include "controller/reconciler.h"
#include "controller/trial_folders.h"
#include "controller/worker_pool.h"

namespace qalam {

namespace {

// Calls of one kind to one experiment. Each is a worker that waits: more are a mistake, or worse.
constexpr size_t kMostWaiting = 100000;

Status Stopping() { return Unavailable("the server is stopping; try again once it runs"); }

template <typename Call>
void Refuse(const Call& call, const Status& status) {
  call.answer(status);
}
void Refuse(const RenewCall& call, const Status& status) {
  if (call.answer) call.answer(status);
}

}  // namespace

// The loop's thread owns every ExperimentRun; workers and callers hand it events.
class Controller::Loop final : public ReconcileActions {
 public:
  Loop(Store& store, TrialOperator& trial_operator, SuggestionClient& suggestions,
       const Clock& clock, ControllerOptions options)
      : store_(store),
        operator_(trial_operator),
        suggestions_(suggestions),
        clock_(clock),
        options_(options),
        reconciler_(store, *this, clock) {}

  ~Loop() override { Stop(); }

  Status Start();
  void Stop();
  void Enqueue(const std::string& uid) {
    Post([this, uid] { Touch(uid, /*reload=*/true); });
  }
  void OnChange(std::function<void(const std::string&)> changed) { changed_ = std::move(changed); }
  template <typename Call>
  void Take(const std::string& uid, Call call, std::vector<Call> ExperimentRun::*queue);
  uint64_t Ask(const std::string& uid, AskCall call);
  void CancelAsk(const std::string& uid, uint64_t id);
  void Reported(const std::string& uid, TrialPoints points);

  void RequestSuggestions(ExperimentRun& run, int count) override;
  void SubmitTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void LookAtTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void CancelTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void RemoveTrialFolders(ExperimentRun& run) override;
  void RemoveFiles(const ExperimentRun& run) override;
  void WakeAt(ExperimentRun& run, Time time) override { timers_.emplace(time, run.record.uid); }
  void Changed(const ExperimentRun& run) override {
    if (changed_) changed_(run.record.uid);
  }

 private:
  using Event = std::function<void()>;

  // False, and the event is dropped, when the loop is stopping.
  bool Post(Event event);
  void Run();
  void RunEvents();
  void FireTimers();
  void Resync();
  void ReconcileDirty();
  void Touch(const std::string& uid, bool reload);
  // The run, loaded when it is not there yet.
  StatusOr<ExperimentRun*> Open(const std::string& uid);
  void Drop(std::map<std::string, ExperimentRun>::iterator entry, const Status& status);
  void JobChanged(const std::string& handle);
  ActiveTrial* FindTrial(const std::string& experiment_uid, const std::string& trial_uid);

  Store& store_;
  TrialOperator& operator_;
  SuggestionClient& suggestions_;
  const Clock& clock_;
  const ControllerOptions options_;
  std::function<void(const std::string&)> changed_;  // constant after Start

  absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<uint64_t> last_ask_ = 0;

  // The loop's thread alone.
  Reconciler reconciler_;
  std::map<std::string, ExperimentRun> runs_;
  std::set<std::string> dirty_;
  std::map<std::string, std::pair<std::string, std::string>> by_handle_;  // to experiment and trial
  int submissions_in_flight_ = 0;
  // Handles of which something was heard before their submission returned.
  std::set<std::string> heard_early_;
  std::multimap<Time, std::string> timers_;
  Time next_resync_;

  std::unique_ptr<WorkerPool> workers_;
  std::thread thread_;
};

Status Controller::Loop::Start() {
  if (options_.adopt_existing) {
    ASSIGN_OR_RETURN(const auto active, store_.ListExperiments({.only_active = true}));
    for (const auto& record : active) Enqueue(record.uid);
  }
  workers_ = std::make_unique<WorkerPool>(options_.workers);
  operator_.Watch(
      [this](const std::string& handle) { Post([this, handle] { JobChanged(handle); }); });
  next_resync_ = clock_.Now() + options_.resync_interval;
  thread_ = std::thread([this] { Run(); });
  return absl::OkStatus();
}

void Controller::Loop::Stop() {
  if (!thread_.joinable()) return;
  operator_.Watch(nullptr);
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
  workers_.reset();
  // Nobody is to wait for an answer that never comes.
  RunEvents();
  for (auto& [uid, run] : runs_) AnswerRest(run, Stopping());
}

bool Controller::Loop::Post(Event event) {
  absl::MutexLock lock(&mutex_);
  if (stopping_) return false;
  events_.push_back(std::move(event));
  return true;
}

template <typename Call>
void Controller::Loop::Take(const std::string& uid, Call call,
                            std::vector<Call> ExperimentRun::*queue) {
  const auto shared = std::make_shared<Call>(std::move(call));
  const bool posted = Post([this, uid, shared, queue] {
    const auto run = Open(uid);
    if (!run.ok()) return Refuse(*shared, run.status());
    auto& waiting = (*run)->*queue;
    if (waiting.size() >= kMostWaiting) {
      return Refuse(*shared, ResourceExhausted("{} calls wait already", waiting.size()));
    }
    waiting.push_back(std::move(*shared));
    dirty_.insert(uid);
  });
  if (!posted) Refuse(*shared, Stopping());
}

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
  const auto ready = +[](Loop* self) ABSL_EXCLUSIVE_LOCKS_REQUIRED(self->mutex_) {
    return self->stopping_ || !self->events_.empty();
  };
  while (true) {
    Time until = next_resync_;
    if (!timers_.empty()) until = std::min(until, timers_.begin()->first);
    {
      absl::MutexLock lock(&mutex_);
      mutex_.AwaitWithTimeout(absl::Condition(ready, this),
                              std::max(absl::ZeroDuration(), until - clock_.Now()));
      if (stopping_) return;
    }
    RunEvents();
    FireTimers();
    if (clock_.Now() >= next_resync_) Resync();
    ReconcileDirty();
  }
}

void Controller::Loop::RunEvents() {
  std::deque<Event> events;
  {
    absl::MutexLock lock(&mutex_);
    events.swap(events_);
  }
  for (const auto& event : events) event();
}

void Controller::Loop::FireTimers() {
  while (!timers_.empty() && timers_.begin()->first <= clock_.Now()) {
    dirty_.insert(timers_.begin()->second);
    timers_.erase(timers_.begin());
  }
}

// The safety net: an event may be missed, and a trial may end while nobody watches it.
void Controller::Loop::Resync() {
  next_resync_ = clock_.Now() + options_.resync_interval;
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
  const auto run = Open(uid);
  if (run.status().code() == StatusCode::kNotFound) {
    dirty_.erase(uid);
    return;
  }
  if (!run.ok()) {
    spdlog::error("cannot load an experiment, will try again: uid={} error={}", uid,
                  Message(run.status()));
    timers_.emplace(clock_.Now() + absl::Seconds(1), uid);
    return;
  }
  (*run)->reload |= reload;
  dirty_.insert(uid);
}

StatusOr<ExperimentRun*> Controller::Loop::Open(const std::string& uid) {
  const auto run = runs_.find(uid);
  if (run != runs_.end()) return &run->second;
  ASSIGN_OR_RETURN(auto loaded, LoadExperimentRun(store_, uid));
  // Those of trials that ended when the process did.
  loaded.has_folders_to_remove = RemovesTrialFolders(loaded.document.spec);
  for (auto& [trial_uid, trial] : loaded.active) {
    if (loaded.IsClientRun()) {
      trial.lease_ends = clock_.Now() + absl::Seconds(trial.record.lease_seconds);
      continue;
    }
    // Whatever became of them while no controller ran.
    trial.look_again = trial.record.state == TrialState::kRunning;
    if (!trial.record.handle.empty()) by_handle_[trial.record.handle] = {uid, trial_uid};
  }
  return &runs_.emplace(uid, std::move(loaded)).first->second;
}

void Controller::Loop::ReconcileDirty() {
  std::set<std::string> dirty;
  dirty.swap(dirty_);
  for (const auto& uid : dirty) {
    auto entry = runs_.find(uid);
    if (entry == runs_.end()) {
      Touch(uid, false);
      entry = runs_.find(uid);
      if (entry == runs_.end()) continue;
    }
    const auto outcome = reconciler_.Reconcile(entry->second);
    if (!outcome.ok()) {
      if (outcome.status().code() == StatusCode::kNotFound) {
        Drop(entry, outcome.status());
      } else if (outcome.status().code() == StatusCode::kAborted) {
        dirty_.insert(uid);
        Post([] {});  // so that the loop does not wait
      } else {
        spdlog::error("cannot reconcile, will try again: experiment={} error={}",
                      entry->second.record.name, Message(outcome.status()));
        timers_.emplace(clock_.Now() + absl::Seconds(1), uid);
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

void Controller::Loop::RequestSuggestions(ExperimentRun& run, int count) {
  run.suggesting = true;
  TrialNews news{.is_complete = !run.untold_lost, .ended = std::move(run.untold)};
  run.untold.clear();
  for (const auto& [uid, trial] : run.active) {
    news.active.push_back({trial.record.number, trial.record.parameters});
  }
  run.untold_lost = false;
  workers_->Run([this, record = run.record, document = run.document, first = run.next_number, count,
                 news = std::move(news)] {
    auto suggestions = suggestions_.Suggest(record, document, first, count, news);
    Post([this, uid = record.uid, suggestions = std::move(suggestions)] {
      const auto entry = runs_.find(uid);
      if (entry == runs_.end()) return;
      entry->second.suggesting = false;
      entry->second.untold_lost |= !suggestions.ok();
      entry->second.suggestions = suggestions;
      dirty_.insert(uid);
    });
  });
}

void Controller::Loop::SubmitTrial(ExperimentRun& run, ActiveTrial& trial) {
  trial.submitting = true;
  ++submissions_in_flight_;
  auto job = MakeJob(run, trial.record);
  if (job.ok()) job->retries = trial.retries;
  workers_->Run(
      [this, job = std::move(job), experiment_uid = run.record.uid, trial_uid = trial.record.uid] {
        auto handle = job.ok() ? operator_.Submit(*job) : StatusOr<std::string>(job.status());
        // While it waits for room its directory stands for the handle.
        const std::string name = handle.ok() ? *handle : job.ok() ? job->directory : "";
        Post([this, experiment_uid, trial_uid, name, handle = std::move(handle)] {
          const bool heard = heard_early_.erase(name) > 0;
          if (--submissions_in_flight_ == 0) heard_early_.clear();
          ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
          if (trial == nullptr) return;
          trial->submitting = false;
          trial->look_again |= heard || !trial->fresh;
          trial->room_heard |= heard;
          trial->waits_for_room = handle.status().code() == StatusCode::kResourceExhausted;
          trial->fresh = false;
          if (!name.empty()) by_handle_[name] = {experiment_uid, trial_uid};
          runs_[experiment_uid].submissions.insert_or_assign(trial_uid, handle);
          dirty_.insert(experiment_uid);
        });
      });
}

void Controller::Loop::LookAtTrial(ExperimentRun& run, ActiveTrial& trial) {
  trial.looking = true;
  trial.look_again = false;
  workers_->Run([this, handle = run.HandleOf(trial.record), offset = trial.record.collected_bytes,
                 experiment_uid = run.record.uid, trial_uid = trial.record.uid] {
    auto look = LookAt(operator_, handle, offset);
    Post([this, experiment_uid, trial_uid, look = std::move(look)] {
      ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
      if (trial == nullptr) return;
      trial->looking = false;
      trial->look_again |= look.more;
      runs_[experiment_uid].looks.insert_or_assign(trial_uid, look);
      dirty_.insert(experiment_uid);
    });
  });
}

void Controller::Loop::CancelTrial(ExperimentRun& run, ActiveTrial& trial) {
  const std::string handle = run.HandleOf(trial.record);
  by_handle_[handle] = {run.record.uid, trial.record.uid};
  workers_->Run([this, handle, experiment_uid = run.record.uid, trial_uid = trial.record.uid] {
    const Status status = operator_.Cancel(handle);
    if (!status.ok()) {
      spdlog::warn("cannot stop a trial, will try again: trial={} error={}", trial_uid,
                   Message(status));
    }
    Post([this, experiment_uid, trial_uid] {
      ActiveTrial* trial = FindTrial(experiment_uid, trial_uid);
      if (trial == nullptr) return;
      trial->look_again = true;
      dirty_.insert(experiment_uid);
    });
  });
}

void Controller::Loop::RemoveTrialFolders(ExperimentRun& run) {
  run.removing_folders = true;
  run.has_folders_to_remove = false;
  workers_->Run([this, record = run.record, spec = run.document.spec] {
    const Status status = qalam::RemoveTrialFolders(store_, record, spec);
    if (!status.ok()) {
      spdlog::warn(
          "cannot remove folders of ended trials, will try again with the next end: "
          "experiment={} error={}",
          record.name, Message(status));
    }
    Post([this, uid = record.uid] {
      const auto entry = runs_.find(uid);
      if (entry == runs_.end()) return;
      entry->second.removing_folders = false;
      dirty_.insert(uid);
    });
  });
}

void Controller::Loop::RemoveFiles(const ExperimentRun& run) {
  if (run.record.work_dir.empty()) return;
  std::error_code error;
  std::filesystem::remove_all(run.record.work_dir, error);
  if (error) {
    spdlog::warn("cannot remove the files of a deleted experiment: experiment={} error={}",
                 run.record.name, error.message());
  }
}

Controller::Controller(Store& store, TrialOperator& trial_operator, SuggestionClient& suggestions,
                       const Clock& clock, ControllerOptions options)
    : loop_(std::make_unique<Loop>(store, trial_operator, suggestions, clock, options)) {}
Controller::~Controller() = default;

Status Controller::Start() { return loop_->Start(); }
void Controller::Enqueue(const std::string& experiment_uid) { loop_->Enqueue(experiment_uid); }
void Controller::OnChange(std::function<void(const std::string&)> changed) {
  loop_->OnChange(std::move(changed));
}
uint64_t Controller::Ask(const std::string& experiment_uid, AskCall call) {
  return loop_->Ask(experiment_uid, std::move(call));
}
void Controller::CancelAsk(const std::string& experiment_uid, uint64_t id) {
  loop_->CancelAsk(experiment_uid, id);
}
void Controller::Tell(const std::string& experiment_uid, TellCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::tells);
}
void Controller::Renew(const std::string& experiment_uid, RenewCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::renewals);
}
void Controller::AddTrial(const std::string& experiment_uid, AddCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::additions);
}
void Controller::StopEarly(const std::string& experiment_uid, StopCall call) {
  loop_->Take(experiment_uid, std::move(call), &ExperimentRun::stops);
}
void Controller::Reported(const std::string& experiment_uid, TrialPoints points) {
  loop_->Reported(experiment_uid, std::move(points));
}
void Controller::Stop() { loop_->Stop(); }

}  // namespace qalam
