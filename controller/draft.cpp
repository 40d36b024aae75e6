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
  if (const auto entry = changed_.find(trial_uid); entry != changed_.end()) {
    return &batch_.update_trials[entry->second];
  }
  if (const auto entry = created_.find(trial_uid); entry != created_.end()) {
    return &batch_.create_trials[entry->second];
  }
  const auto entry = run_.active.find(trial_uid);
  return entry == run_.active.end() ? nullptr : &entry->second.record;
}

std::vector<const TrialRecord*> Draft::Active() const {
  std::vector<const TrialRecord*> trials;
  for (const auto& [uid, trial] : run_.active) trials.push_back(Find(uid));
  for (const auto& trial : batch_.create_trials) trials.push_back(&trial);
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
  created_[trial.uid] = batch_.create_trials.size();
  batch_.create_trials.push_back(std::move(trial));
}

void Draft::Update(TrialRecord trial) {
  const TrialRecord& before = *Find(trial.uid);
  --counts_[before.state];
  ++counts_[trial.state];
  waiting_ += run_.IsWaiting(trial) - run_.IsWaiting(before);
  goal_reached_ |= ReachesGoal(run_.document.spec.objective, trial);
  if (const auto entry = created_.find(trial.uid); entry != created_.end()) {
    batch_.create_trials[entry->second] = std::move(trial);
    return;
  }
  auto& trials = batch_.update_trials;
  const auto [entry, is_new] = changed_.try_emplace(trial.uid, trials.size());
  if (is_new) {
    trials.push_back(std::move(trial));
  } else {
    trials[entry->second] = std::move(trial);
  }
}

void Draft::AddEvent(const std::string& trial_uid, Time time, std::string reason,
                     std::string message) {
  batch_.append_events.push_back({.experiment_uid = run_.record.uid,
                                  .trial_uid = trial_uid,
                                  .time = time,
                                  .reason = std::move(reason),
                                  .message = std::move(message)});
}

std::vector<const TrialRecord*> Draft::Ended() const {
  std::vector<const TrialRecord*> ended;
  for (const auto* trials : {&batch_.create_trials, &batch_.update_trials}) {
    for (const auto& trial : *trials) {
      if (IsTerminal(trial.state)) ended.push_back(&trial);
    }
  }
  return ended;
}

bool Draft::IsEmpty() const {
  return batch_.create_trials.empty() && batch_.update_trials.empty() &&
         batch_.clear_points.empty() && batch_.append_points.empty() &&
         batch_.append_events.empty();
}

void Draft::Apply(ExperimentRun& run) {
  for (auto& trial : batch_.update_trials) {
    if (IsTerminal(trial.state)) {
      run.active.erase(trial.uid);
      run.untold.push_back(std::move(trial));
    } else {
      ActiveTrial& active = run.active[trial.uid];
      active.record = std::move(trial);
    }
  }
  for (auto& trial : batch_.create_trials) {
    if (IsTerminal(trial.state)) {
      run.untold.push_back(std::move(trial));
      continue;
    }
    ActiveTrial& active = run.active[trial.uid];
    active.record = std::move(trial);
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
