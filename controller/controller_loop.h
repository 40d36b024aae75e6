// The controller's one thread and its workers; see controller.h.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "controller/clock_steps.h"
#include "controller/controller.h"
#include "controller/event_queue.h"
#include "controller/reconciler.h"
#include "controller/worker_pool.h"

namespace qalam {

// The loop's thread owns every ExperimentRun; workers and callers hand it events.
class Controller::Loop final : public ReconcileActions {
 public:
  Loop(Store& store, TrialOperator& trial_operator, SuggestionClient& suggestions,
       const Clock& clock, ControllerOptions options)
      : store_(store),
        operator_(trial_operator),
        suggestions_(suggestions),
        options_(options),
        steps_(clock, options.steady_clock),
        reconciler_(store, *this, steps_) {}

  ~Loop() override { Stop(); }

  Status Start();
  void Stop();
  void Enqueue(const std::string& uid) {
    Post([this, uid] { Touch(uid, /*reload=*/true); });
  }
  void TakeOver(const std::string& uid) {
    Post([this, uid] {
      const auto run = runs_.find(uid);
      if (run != runs_.end()) run->second.TakeOver(steps_.Now());
      Touch(uid, /*reload=*/true);
    });
  }
  void OnChange(std::function<void(const std::string&)> changed) { changed_ = std::move(changed); }
  template <typename Call>
  void Take(const std::string& uid, Call call, std::vector<Call> ExperimentRun::*queue);
  uint64_t Ask(const std::string& uid, AskCall call);
  void CancelAsk(const std::string& uid, uint64_t id);
  void Reported(const std::string& uid, TrialPoints points);
  ControllerLoad Load() const;

  void RequestSuggestions(ExperimentRun& run, int count) override;
  void SubmitTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void LookAtTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void CancelTrial(ExperimentRun& run, ActiveTrial& trial) override;
  void RemoveTrialFolders(ExperimentRun& run) override;
  void RemoveFiles(ExperimentRun& run) override;
  void WakeAt(ExperimentRun& run, Time time) override { timers_.emplace(time, run.record.uid); }
  void Changed(const ExperimentRun& run) override {
    if (changed_) changed_(run.record.uid);
  }

 private:
  // Whether other servers leave the experiment to this one.
  bool Holds(const std::string& uid) const {
    return options_.gate == nullptr || options_.gate->Holds(uid);
  }
  // Takes the call in, or tries again soon while nobody holds its experiment.
  template <typename Call>
  void TakeIn(const std::string& uid, const std::shared_ptr<Call>& call,
              std::vector<Call> ExperimentRun::*queue, Time deadline);
  StatusOr<bool> HasEndedElsewhere(const std::string& uid);
  // False, and the event is dropped, when the loop is stopping.
  bool Post(EventQueue::Event event) { return events_.Post(std::move(event)); }
  void Run();
  void RunEvents();
  // Whatever is waited for is waited for as long as it was to be, when the clock is set meanwhile.
  void FollowClock();
  void FireTimers();
  void Resync();
  void ReconcileDirty();
  void NoteTurn(size_t to_reconcile);
  void Touch(const std::string& uid, bool reload);
  // The run, loaded when it is not there yet.
  StatusOr<ExperimentRun*> Open(const std::string& uid);
  void NoteHandles(const ExperimentRun& run);
  StatusOr<Reconciler::Outcome> Reconcile(ExperimentRun& run);
  void Drop(std::map<std::string, ExperimentRun>::iterator entry, const Status& status);
  void JobChanged(const std::string& handle);
  ActiveTrial* FindTrial(const std::string& experiment_uid, const std::string& trial_uid);

  Store& store_;
  TrialOperator& operator_;
  SuggestionClient& suggestions_;
  const ControllerOptions options_;
  std::function<void(const std::string&)> changed_;  // constant after Start

  EventQueue events_;
  mutable absl::Mutex load_mutex_;
  // For Load.
  size_t experiments_ ABSL_GUARDED_BY(load_mutex_) = 0;
  size_t to_reconcile_ ABSL_GUARDED_BY(load_mutex_) = 0;
  Time last_turn_ ABSL_GUARDED_BY(load_mutex_) = absl::InfinitePast();
  std::atomic<uint64_t> last_ask_ = 0;

  // The loop's thread alone.
  ClockSteps steps_;
  Reconciler reconciler_;
  std::map<std::string, ExperimentRun> runs_;
  std::set<std::string> dirty_;
  std::map<std::string, std::pair<std::string, std::string>> by_handle_;  // to experiment and trial
  int submissions_in_flight_ = 0;
  // Handles of which something was heard before their submission returned.
  std::set<std::string> heard_early_;
  std::multimap<Time, std::string> timers_;
  std::multimap<Time, EventQueue::Event> delayed_;
  bool refuses_calls_ = false;
  Time next_resync_;

  std::unique_ptr<WorkerPool> workers_;  // changed under load_mutex_
  std::thread thread_;
};

}  // namespace qalam
