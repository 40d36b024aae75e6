// The experiment controller: one reconcile loop over durable state.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.h"
#include "base/status.h"
#include "controller/client_calls.h"
#include "controller/experiment_gate.h"
#include "controller/operators/operator.h"
#include "controller/suggestion_client.h"
#include "db/store.h"

namespace qalam {

struct ControllerOptions {
  // Threads for calls that block (operators, suggestions). Four keep two cores busy while some
  // wait.
  int workers = 4;
  // How often every active experiment is looked at although nothing was heard of it: the safety net
  // under missed events.
  Duration resync_interval = absl::Seconds(5);
  // Whether Start takes up every active experiment of the store. `qalam serve` does; `qalam run`
  // and `qalam stop` look only after those that they enqueue.
  bool adopt_existing = true;
  // Tells how time has passed when the clock is set. Null: nobody sets it.
  const Clock* steady_clock = nullptr;
  // Null: every experiment is this controller's. With one, Start takes up nothing by itself.
  ExperimentGate* gate = nullptr;
  // What each trial's environment has beside its manifest; null for nothing.
  std::function<std::map<std::string, std::string>(const TrialJob& job)> trial_environment;
};

// How much waits, at one moment.
struct ControllerLoad {
  int64_t experiments = 0;  // that the loop looks after
  int64_t waiting_events = 0;
  int64_t waiting_experiments = 0;  // to be reconciled
  int64_t waiting_jobs = 0;         // calls that no worker has taken yet
  int64_t workers = 0, busy_workers = 0;
  Time last_turn = absl::InfinitePast();  // when the loop last went round

  // Something is being done or waits for it; false also for the moment in which an answer of a
  // worker is on its way to the loop.
  bool is_at_work() const {
    return waiting_events + waiting_experiments + waiting_jobs + busy_workers > 0;
  }
};

// Owns the loop's thread and its workers. Everything it needs to know is in the store and the
// operator, so that destroying it at any moment, or killing its process, loses nothing: trials go
// on and the next controller adopts them.
class Controller {
 public:
  // The references must outlive the controller.
  Controller(Store& store, TrialOperator& trial_operator, SuggestionClient& suggestions,
             const Clock& clock, ControllerOptions options);
  ~Controller();

  // With adopt_existing, begins with every active experiment of the store.
  Status Start();
  // Something about the experiment has changed in the store: look at it soon. Any thread.
  void Enqueue(const std::string& experiment_uid);
  // As Enqueue, of one that another server may have worked on: what is known of it here is
  // forgotten.
  void TakeOver(const std::string& experiment_uid);
  // `changed(experiment_uid)` is called, from any thread, after each durable change the controller
  // makes. One listener; set before Start.
  void OnChange(std::function<void(const std::string& experiment_uid)> changed);
  // Calls of clients, from any thread; each takes an experiment by uid, which may be any that the
  // store has, and is answered as client_calls.h says: with NOT_FOUND when there is no such
  // experiment, with UNAVAILABLE when the controller is stopped.
  // Ask returns what CancelAsk takes. One that is cancelled is answered with CANCELLED, unless it
  // has been answered.
  uint64_t Ask(const std::string& experiment_uid, AskCall call);
  void CancelAsk(const std::string& experiment_uid, uint64_t id);
  void Tell(const std::string& experiment_uid, TellCall call);
  void Renew(const std::string& experiment_uid, RenewCall call);
  void AddTrial(const std::string& experiment_uid, AddCall call);
  // Stops a running trial early; its observations count.
  void StopEarly(const std::string& experiment_uid, StopCall call);
  // Any thread. Waits for nothing but other callers.
  ControllerLoad Load() const;
  // Points that somebody else than the controller has stored, for what watches them. Any thread.
  void Reported(const std::string& experiment_uid, TrialPoints points);
  // Ends the loop and waits for calls in flight; running trials are left alone.
  void Stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace qalam
