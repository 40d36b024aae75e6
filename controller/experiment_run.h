// One experiment at work: what the controller knows of it in memory, all of which it can read again
// from the store and the operator.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "controller/operators/operator.h"
#include "controller/plan.h"
#include "controller/suggestion_client.h"
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
  Time retry_at = absl::InfinitePast();  // no submission before
  Duration backoff = absl::ZeroDuration();
};

// What the operator said about one trial: its state first, then all observations, so that a final
// state comes with everything that was reported.
struct TrialLook {
  Status status;
  JobStatus job;
  std::vector<MetricPoint> points;
  uint64_t next_offset = 0;
};

struct ExperimentRun {
  ExperimentRecord record;
  ExperimentDocument document;
  TrialCounts counts;
  std::map<std::string, ActiveTrial> active;  // by trial uid
  int64_t next_number = 0;
  bool goal_reached = false;
  bool suggesting = false;
  std::optional<std::string> suggestion_error;
  Time suggest_at = absl::InfinitePast();  // no call before
  Duration suggest_backoff = absl::ZeroDuration();

  // Events gathered for the next reconciliation.
  bool reload = false;
  std::map<std::string, TrialLook> looks;
  std::map<std::string, StatusOr<std::string>> submissions;
  std::optional<StatusOr<Suggestions>> suggestions;

  ExperimentSnapshot Snapshot() const;
};

// The experiment and its active trials as the store has them. NOT_FOUND when it is gone.
StatusOr<ExperimentRun> LoadExperimentRun(Store& store, const std::string& uid);
// Takes in a record and its document that a user may have changed.
Status RefreshRecord(ExperimentRun& run, ExperimentRecord record);

// All follow from the experiment and the number alone, so that a repeat names the same trial.
std::string TrialName(const ExperimentRecord& experiment, int64_t number);
TrialRecord MakeTrial(const ExperimentRun& run, const SuggestedTrial& suggested, Time now);
StatusOr<TrialJob> MakeJob(const ExperimentRun& run, const TrialRecord& trial);

}  // namespace qalam
