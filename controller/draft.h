// The changes of one reconciliation, before they are durable: what the experiment will look like is
// decided on them, and memory follows once they are committed.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "controller/experiment_run.h"
#include "db/store.h"

namespace qalam {

class Draft {
 public:
  // `run` must not change while the draft is in use.
  explicit Draft(const ExperimentRun& run);

  // An active trial as it will be, also when it will have ended; null for any other. What is
  // pointed to stays as it is until the next Create or Update.
  const TrialRecord* Find(const std::string& trial_uid) const;
  // Every trial that will be pending or running; likewise.
  std::vector<const TrialRecord*> Active() const;
  // How the plan will see the experiment.
  ExperimentSnapshot Snapshot() const;
  // The number of the next trial to be created.
  int64_t next_number() const { return next_number_; }

  void Create(TrialRecord trial);
  // Of an active trial.
  void Update(TrialRecord trial);
  void AddPoints(TrialPoints points) { batch_.append_points.push_back(std::move(points)); }
  // The trial is run again: what it has reported is forgotten.
  void ForgetPoints(const std::string& trial_uid) { batch_.clear_points.push_back(trial_uid); }
  void AddEvent(EventRecord event) { batch_.append_events.push_back(std::move(event)); }
  // About the experiment when `trial_uid` is empty.
  void AddEvent(const std::string& trial_uid, Time time, std::string reason, std::string message);

  // What the draft appends to the trials' metrics, and the trials that it ends.
  const std::vector<TrialPoints>& points() const { return batch_.append_points; }
  std::vector<const TrialRecord*> Ended() const;
  // Those that are run again.
  const std::vector<std::string>& forgotten() const { return batch_.clear_points; }

  const std::vector<EventRecord>& events() const { return batch_.append_events; }

  bool IsEmpty() const;
  Status Commit(Store& store) const { return store.Commit(batch_); }
  // Once committed; the draft is used up.
  void Apply(ExperimentRun& run);

 private:
  const ExperimentRun& run_;
  WriteBatch batch_;
  // Where in the batch's lists a trial stands, by its uid.
  std::map<std::string, size_t> created_;
  std::map<std::string, size_t> changed_;
  TrialCounts counts_;
  int64_t waiting_ = 0;
  int64_t next_number_ = 0;
  bool goal_reached_ = false;
};

}  // namespace qalam
