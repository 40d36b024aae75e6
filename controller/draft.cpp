#include "controller/draft.h"

#include <algorithm>

#include "controller/objective.h"

namespace qalam {

Draft::Draft(const ExperimentRun& run)
    : run_(run),
      counts_(run.counts),
      waiting_(run.CountWaiting()),
      next_number_(run.next_number),
      goal_reached_(run.goal_reached) {}

const TrialRecord* Draft::Find(const std::string& trial_uid) const {
  for (const auto* trials : {&changed_, &created_}) {
    const auto entry = trials->find(trial_uid);
    if (entry != trials->end()) return &entry->second;
  }
  const auto entry = run_.active.find(trial_uid);
  return entry == run_.active.end() ? nullptr : &entry->second.record;
}

std::vector<const TrialRecord*> Draft::Active() const {
  std::vector<const TrialRecord*> trials;
  for (const auto& [uid, trial] : run_.active) trials.push_back(Find(uid));
  for (const auto& [uid, trial] : created_) trials.push_back(Find(uid));
  std::erase_if(trials, [](const TrialRecord* trial) { return IsTerminal(trial->state); });
  return trials;
}

ExperimentSnapshot Draft::Snapshot() const {
  ExperimentSnapshot snapshot = run_.Snapshot();
  snapshot.counts = counts_;
  snapshot.waiting = waiting_;
  snapshot.goal_reached = goal_reached_;
  return snapshot;
}

void Draft::Create(TrialRecord trial) {
  ++counts_[trial.state];
  waiting_ += run_.IsWaiting(trial);
  next_number_ = std::max(next_number_, trial.number + 1);
  const std::string uid = trial.uid;
  created_.insert_or_assign(uid, std::move(trial));
}

void Draft::Update(TrialRecord trial) {
  const TrialRecord& before = *Find(trial.uid);
  --counts_[before.state];
  ++counts_[trial.state];
  waiting_ += run_.IsWaiting(trial) - run_.IsWaiting(before);
  goal_reached_ |= ReachesGoal(run_.document.spec.objective, trial);
  const std::string uid = trial.uid;
  auto& trials = created_.contains(uid) ? created_ : changed_;
  trials.insert_or_assign(uid, std::move(trial));
}

void Draft::AddEvent(const std::string& trial_uid, Time time, std::string reason,
                     std::string message) {
  batch_.append_events.push_back({.experiment_uid = run_.record.uid,
                                  .trial_uid = trial_uid,
                                  .time = time,
                                  .reason = std::move(reason),
                                  .message = std::move(message)});
}

bool Draft::IsEmpty() const {
  return created_.empty() && changed_.empty() && batch_.append_points.empty() &&
         batch_.append_events.empty();
}

Status Draft::Commit(Store& store) const {
  WriteBatch batch = batch_;
  for (const auto& [uid, trial] : created_) batch.create_trials.push_back(trial);
  for (const auto& [uid, trial] : changed_) batch.update_trials.push_back(trial);
  return store.Commit(batch);
}

void Draft::Apply(ExperimentRun& run) const {
  for (const auto& [uid, trial] : changed_) {
    if (IsTerminal(trial.state)) {
      run.active.erase(uid);
      run.untold.push_back(trial);
    } else {
      run.active[uid].record = trial;
    }
  }
  for (const auto& [uid, trial] : created_) {
    if (IsTerminal(trial.state)) {
      run.untold.push_back(trial);
      continue;
    }
    ActiveTrial& active = run.active[uid];
    active.record = trial;
    active.fresh = true;
  }
  // A client may tell very many before anybody asks again; the store has them.
  constexpr size_t kMostUntold = 10000;
  if (run.untold.size() > kMostUntold) {
    run.untold.clear();
    run.untold_lost = true;
  }
  run.counts = counts_;
  run.next_number = next_number_;
  run.goal_reached = goal_reached_;
}

}  // namespace qalam
