// Takes in what happened to one experiment, makes the consequences durable, then acts.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "controller/draft.h"
#include "controller/experiment_run.h"
#include "db/store.h"

namespace qalam {

// The actions that a reconciliation asks for. None of them blocks: workers do the work and bring
// the results back as events.
class ReconcileActions {
 public:
  virtual ~ReconcileActions() = default;
  virtual void RequestSuggestions(ExperimentRun& run, int count) = 0;
  virtual void SubmitTrial(ExperimentRun& run, ActiveTrial& trial) = 0;
  virtual void LookAtTrial(ExperimentRun& run, ActiveTrial& trial) = 0;
  virtual void CancelTrial(ExperimentRun& run, ActiveTrial& trial) = 0;
  // Of trials that have ended; sets removing_folders until that is done.
  virtual void RemoveTrialFolders(ExperimentRun& run) = 0;
  // All of the experiment's; likewise, and sets files_removed then.
  virtual void RemoveFiles(ExperimentRun& run) = 0;
  // Reconcile again no later than this.
  virtual void WakeAt(ExperimentRun& run, Time time) = 0;
  virtual void Changed(const ExperimentRun& run) = 0;
};

class Reconciler {
 public:
  Reconciler(Store& store, ReconcileActions& actions, const Clock& clock)
      : store_(store), actions_(actions), clock_(clock) {}

  enum class Outcome { kActive, kEnded };
  // On an error nothing is lost: events stay in `run` and are taken in again by the next call.
  StatusOr<Outcome> Reconcile(ExperimentRun& run);

 private:
  Status Reload(ExperimentRun& run);
  Status SaveObservations(ExperimentRun& run);
  Status TakeEvents(ExperimentRun& run);
  void TakeSubmissions(ExperimentRun& run, Draft& draft);
  Status TakeLooks(ExperimentRun& run, Draft& draft);
  void TakeWaiting(const ActiveTrial& trial, const JobStatus& job, Draft& draft);
  // Once it is durable that the trial is.
  void RunAgain(ExperimentRun& run, const std::string& trial_uid);
  void TakeStops(ExperimentRun& run, Draft& draft);
  // The trials that were proposed, if any, by number.
  std::vector<TrialRecord> TakeSuggestions(ExperimentRun& run, Draft& draft);
  void WakeAt(ExperimentRun& run, Time time);
  StatusOr<TrialRecord> FinishedTrial(const ExperimentRun& run, const ActiveTrial& trial,
                                      const JobStatus& job);
  Status UpdateExperiment(ExperimentRun& run, const std::string& event_reason,
                          const std::string& event_message,
                          const std::function<void(ExperimentRecord&)>& change);
  StatusOr<Outcome> CarryOut(ExperimentRun& run);
  void ActOnTrials(ExperimentRun& run, bool cancel);

  Store& store_;
  ReconcileActions& actions_;
  const Clock& clock_;
};

}  // namespace qalam
