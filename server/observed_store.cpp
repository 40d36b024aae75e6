#include "server/observed_store.h"

#include <unordered_map>

namespace qalam {

namespace {

class ObservedStore final : public Store {
 public:
  ObservedStore(std::unique_ptr<Store> store, const Clock& clock, ChangeLog& changes,
                Activity& activity)
      : store_(std::move(store)), clock_(clock), changes_(changes), activity_(activity) {}

  Status Commit(const WriteBatch& batch) override;

  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return store_->ListExperiments(query);
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return store_->CountExperiments(query);
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    return store_->ListTrials(query);
  }
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
    return store_->CountTrials(experiment_uid);
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override {
    return store_->BestTrial(experiment_uid, type);
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override {
    return store_->ListIncumbents(experiment_uid, type);
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return store_->ReadMetrics(query);
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return store_->ListEvents(query);
  }

 private:
  // Names of what is about to go: afterwards nobody knows them.
  StatusOr<std::vector<Change>> Deletions(const WriteBatch& batch);
  std::vector<Change> ChangesOf(const WriteBatch& batch);
  std::string ExperimentOf(const std::string& trial_uid);
  void Remember(const TrialRecord& trial);

  const std::unique_ptr<Store> store_;
  const Clock& clock_;
  ChangeLog& changes_;
  Activity& activity_;
  absl::Mutex mutex_;
  // Points name only their trial.
  std::unordered_map<std::string, std::string> experiments_ ABSL_GUARDED_BY(mutex_);
};

void ObservedStore::Remember(const TrialRecord& trial) {
  constexpr size_t kMostRemembered = 100'000;
  absl::MutexLock lock(&mutex_);
  if (experiments_.size() >= kMostRemembered) experiments_.clear();
  experiments_[trial.uid] = trial.experiment_uid;
}

std::string ObservedStore::ExperimentOf(const std::string& trial_uid) {
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = experiments_.find(trial_uid);
    if (entry != experiments_.end()) return entry->second;
  }
  const auto trials = store_->ListTrials({.uid = trial_uid, .limit = 1, .with_metrics = false});
  if (!trials.ok() || trials->empty()) return "";  // deleted in between
  Remember(trials->front());
  return trials->front().experiment_uid;
}

StatusOr<std::vector<Change>> ObservedStore::Deletions(const WriteBatch& batch) {
  std::vector<Change> deletions;
  for (const auto& uid : batch.delete_experiments) {
    ASSIGN_OR_RETURN(const auto records, store_->ListExperiments({.uid = uid}));
    if (records.empty()) continue;
    deletions.push_back({.kind = Change::Kind::kDeleted,
                         .experiment_uid = uid,
                         .name_space = records.front().name_space,
                         .name = records.front().name});
  }
  return deletions;
}

std::vector<Change> ObservedStore::ChangesOf(const WriteBatch& batch) {
  std::vector<Change> changes;
  for (const auto* experiments : {&batch.create_experiments, &batch.update_experiments}) {
    for (const auto& experiment : *experiments) {
      changes.push_back({.kind = Change::Kind::kExperiment, .experiment_uid = experiment.uid});
    }
  }
  for (const auto* trials : {&batch.create_trials, &batch.update_trials}) {
    for (const auto& trial : *trials) {
      Remember(trial);
      changes.push_back({.kind = Change::Kind::kTrial,
                         .experiment_uid = trial.experiment_uid,
                         .trial_uid = trial.uid});
    }
  }
  for (const auto& appended : batch.append_points) {
    if (appended.points.empty()) continue;
    const std::string experiment_uid = ExperimentOf(appended.trial_uid);
    if (experiment_uid.empty()) continue;
    changes.push_back(
        {.kind = Change::Kind::kPoints,
         .experiment_uid = experiment_uid,
         .trial_uid = appended.trial_uid,
         .points = std::make_shared<const std::vector<MetricPoint>>(appended.points)});
  }
  return changes;
}

Status ObservedStore::Commit(const WriteBatch& batch) {
  ASSIGN_OR_RETURN(auto deletions, Deletions(batch));
  RETURN_IF_ERROR(store_->Commit(batch));
  auto changes = ChangesOf(batch);
  changes.insert(changes.end(), std::make_move_iterator(deletions.begin()),
                 std::make_move_iterator(deletions.end()));
  int64_t points = 0, ended = 0;
  for (const auto& appended : batch.append_points) {
    points += static_cast<int64_t>(appended.points.size());
  }
  for (const auto& trial : batch.update_trials) ended += IsTerminal(trial.state) ? 1 : 0;
  if (points > 0 || ended > 0) activity_.Add(points, ended, clock_.Now());
  if (!changes.empty()) changes_.Publish(std::move(changes));
  return absl::OkStatus();
}

}  // namespace

std::unique_ptr<Store> MakeObservedStore(std::unique_ptr<Store> store, const Clock& clock,
                                         ChangeLog& changes, Activity& activity) {
  return std::make_unique<ObservedStore>(std::move(store), clock, changes, activity);
}

}  // namespace qalam
