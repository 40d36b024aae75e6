// The simplest thing that keeps the contract of db/store.h but for durability: the oracle of the
// random test. Each Commit works on a copy of everything, so that a refusal leaves nothing behind.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam {

class MemoryStore final : public Store {
 public:
  Status Commit(const WriteBatch& batch) override;
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override;
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override;
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override;
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override;
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override;
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override;
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override;
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override;

  // Where the experiment stands in a list by that order.
  ExperimentPlace PlaceOf(const ExperimentRecord& experiment, ExperimentOrder order);

 private:
  struct Trial {
    TrialRecord record;
    std::vector<MetricPoint> points;
  };
  struct Content {
    std::vector<ExperimentRecord> experiments;  // in the order created
    std::vector<Trial> trials;                  // in the order created
    std::vector<EventRecord> events;
    int64_t last_sequence = 0;

    Status Apply(const WriteBatch& batch);
    Status Create(ExperimentRecord record);
    Status Update(const ExperimentRecord& record);
    Status Create(const TrialRecord& record);
    Status Update(const TrialRecord& record);
    Status ClearPoints(const std::string& trial_uid);
    Status Append(const TrialPoints& points);
    Status Append(EventRecord event);
    void Delete(const std::string& uid);
    ExperimentRecord* Find(const std::string& uid);
    Trial* FindTrial(const std::string& uid);
  };

  Content Copy() {
    absl::MutexLock lock(&mutex_);
    return content_;
  }

  absl::Mutex mutex_;
  Content content_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
