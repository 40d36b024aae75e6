#include "server/telemetry/measured_store.h"

#include <absl/time/clock.h>

namespace qalam {

namespace {

Status StatusOfStored(const Status& status) { return status; }
template <typename Value>
Status StatusOfStored(const StatusOr<Value>& value) {
  return value.status();
}

class MeasuredStore final : public Store {
 public:
  MeasuredStore(std::unique_ptr<Store> store, Telemetry& telemetry)
      : store_(std::move(store)), telemetry_(telemetry) {}

  Status Commit(const WriteBatch& batch) override {
    const Status status = Timed("Commit", [&] { return store_->Commit(batch); });
    if (status.ok()) Count(batch);
    return status;
  }
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return Timed("ListExperiments", [&] { return store_->ListExperiments(query); });
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return Timed("CountExperiments", [&] { return store_->CountExperiments(query); });
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    return Timed("ListTrials", [&] { return store_->ListTrials(query); });
  }
  StatusOr<TrialCounts> CountTrials(const std::string& experiment_uid) override {
    return Timed("CountTrials", [&] { return store_->CountTrials(experiment_uid); });
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& experiment_uid,
                                                 ObjectiveType type) override {
    return Timed("BestTrial", [&] { return store_->BestTrial(experiment_uid, type); });
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& experiment_uid,
                                                  ObjectiveType type) override {
    return Timed("ListIncumbents", [&] { return store_->ListIncumbents(experiment_uid, type); });
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return Timed("ReadMetrics", [&] { return store_->ReadMetrics(query); });
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return Timed("ListEvents", [&] { return store_->ListEvents(query); });
  }

 private:
  template <typename Call>
  auto Timed(const char* operation, const Call& call) -> decltype(call()) {
    const Time begin = absl::Now();
    auto result = call();
    telemetry_.NoteStore(operation, absl::Now() - begin, StatusOfStored(result));
    return result;
  }
  void Count(const WriteBatch& batch) {
    int64_t points = 0;
    for (const auto& appended : batch.append_points) {
      points += static_cast<int64_t>(appended.points.size());
    }
    if (points > 0) telemetry_.NotePoints(points);
    std::map<TrialState, int64_t> ended;
    for (const auto* trials : {&batch.create_trials, &batch.update_trials}) {
      for (const auto& trial : *trials) ended[trial.state] += IsTerminal(trial.state) ? 1 : 0;
    }
    for (const auto& [state, count] : ended) {
      if (count > 0) telemetry_.NoteEndedTrials(std::string(Name(state)), count);
    }
  }

  const std::unique_ptr<Store> store_;
  Telemetry& telemetry_;
};

}  // namespace

std::unique_ptr<Store> MakeMeasuredStore(std::unique_ptr<Store> store, Telemetry& telemetry) {
  return std::make_unique<MeasuredStore>(std::move(store), telemetry);
}

}  // namespace qalam
