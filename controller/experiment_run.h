// One experiment at work: what the controller knows of it in memory, all of which it can read again
// from the store and the operator.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "controller/client_calls.h"
#include "controller/early_stopper.h"
#include "controller/operators/operator.h"
#include "controller/plan.h"
#include "controller/suggestion_client.h"
#include "controller/trial_look.h"
#include "db/store.h"

namespace qalam {

struct ActiveTrial {
  TrialRecord record;
  // Created by this process and not submitted yet: nobody can have run it unnoticed.
  bool fresh = false;
  bool submitting = false;
  bool looking = false;     // a worker is asking the operator about it
  bool look_again = false;  // something happened while it was
  bool cancel_sent = false;
  bool waits_for_room = false;           // the operator has none for it
  bool room_heard = false;               // and told since that there is some
  int retries = 0;                       // how often it was run again
  Time retry_at = absl::InfinitePast();  // no submission before
  Duration backoff = absl::ZeroDuration();
  // Of one that a client runs. Not durable: a holder cannot renew while no controller is there, so
  // that every lease has its full time again once one is.
  Time lease_ends = absl::InfiniteFuture();
};

struct ExperimentRun {
  ExperimentRecord record;
  ExperimentDocument document;
  TrialCounts counts;
  std::map<std::string, ActiveTrial> active;  // by trial uid
  int64_t next_number = 0;
  bool goal_reached = false;
  bool out_of_time = false;
  std::unique_ptr<EarlyStopper> stopper;  // null: no trial is stopped early
  bool suggesting = false;
  bool has_folders_to_remove = false;  // perhaps: some trials have ended
  bool removing_folders = false;       // a worker is at it
  bool files_removed = false;          // all of them, since the experiment is to be deleted
  // Ended since the algorithm was last asked, unless some were lost: see TrialNews.
  std::vector<TrialRecord> untold;
  bool untold_lost = true;
  std::optional<std::string> suggestion_error;
  Time suggest_at = absl::InfinitePast();  // no call before
  Duration suggest_backoff = absl::ZeroDuration();
  Time wake_at = absl::InfinitePast();  // the timer that was set last for clients' sake
  Duration
      clock_step;  // by which the clock was set since the start of the experiment, as far as known

  // What is in the store is not known any more: a commit has failed, perhaps only its answer, or
  // another server has had the experiment.
  bool in_doubt = false;
  // One more whenever all was read anew: looks that began before that are out of date.
  int edition = 0;

  // Events gathered for the next reconciliation.
  bool reload = false;
  std::map<std::string, TrialLook> looks;
  std::map<std::string, StatusOr<std::string>> submissions;
  std::optional<StatusOr<Suggestions>> suggestions;
  // Likewise, but asks stay until they are served or overdue: the oldest first.
  std::vector<AskCall> asks;
  std::vector<TellCall> tells;
  std::vector<RenewCall> renewals;
  std::vector<AddCall> additions;
  std::vector<StopCall> stops;

  ExperimentSnapshot Snapshot() const;
  bool IsClientRun() const { return document.spec.trial_runner == TrialRunner::kClient; }
  // Pending, and nobody has it: see ExperimentSnapshot::waiting.
  bool IsWaiting(const TrialRecord& trial) const {
    return trial.state == TrialState::kPending && (IsClientRun() || trial.waits_for_room);
  }
  int64_t CountWaiting() const;
  // One that was never submitted has the folder that it would be given.
  std::string HandleOf(const TrialRecord& trial) const {
    return trial.handle.empty() ? record.work_dir + "/" + trial.name : trial.handle;
  }
  // The clock was set by so much.
  void ShiftTimes(Duration step);
  // Another server may have had it: what is in the store is not known, and leases may have been
  // renewed there.
  void TakeOver(Time now);
  // When its maxDuration will have passed; InfiniteFuture: never, as things stand.
  Time TimeLimit() const;
};

// The experiment and its active trials as the store has them. NOT_FOUND when it is gone.
StatusOr<ExperimentRun> LoadExperimentRun(Store& store, const std::string& uid, Time now);
// The same run as the store has it now, with the calls that wait in `before` and what its workers
// are at. What was read of the trials is dropped, since it may be stored already: it is read again.
StatusOr<ExperimentRun> ReloadExperimentRun(Store& store, ExperimentRun& before, Time now);
// Takes in a record and its document that a user may have changed.
Status RefreshRecord(ExperimentRun& run, ExperimentRecord record);

// All follow from the experiment and the number alone, so that a repeat names the same trial.
std::string TrialName(const ExperimentRecord& experiment, int64_t number);
std::string TrialUid(const ExperimentRecord& experiment, int64_t number);
// The number of the experiment's trial of that name; nullopt when none is called so.
std::optional<int64_t> NumberOfTrial(const ExperimentRecord& experiment, const std::string& name);
// The name of the experiment's trial of that uid; empty when none has it.
std::string NameOfTrial(const ExperimentRecord& experiment, const std::string& trial_uid);
// The experiment's name in a trial's name; empty when it is none.
std::string ExperimentOfTrial(const std::string& trial_name);
TrialRecord MakeTrial(const ExperimentRun& run, const SuggestedTrial& suggested, Time now);
StatusOr<TrialJob> MakeJob(const ExperimentRun& run, const TrialRecord& trial);

// Logs about the experiment, or about one trial of it, with their names and their trace.
Logger LoggerOf(const ExperimentRun& run);
Logger LoggerOf(const ExperimentRun& run, const TrialRecord& trial);

}  // namespace qalam
