#include "controller/operators/simulated_operator.h"

namespace qalam {

class SimulatedOperator final : public TrialOperator {
 public:
  explicit SimulatedOperator(SimulatedWorld& world)
      : world_(world), listener_(world.AddListener()) {}
  ~SimulatedOperator() override {
    Watch(nullptr);
    world_.RemoveListener(listener_);
  }

  StatusOr<std::string> Submit(const TrialJob& job) override { return world_.Submit(job); }
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override {
    return world_.Poll(handles);
  }
  Status Cancel(const std::string& handle) override { return world_.Cancel(handle); }
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override {
    return world_.ReadLog(handle, offset);
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    return world_.ReadObservations(handle, offset);
  }
  void Watch(std::function<void(const std::string&)> changed) override {
    absl::MutexLock lock(&listener_->mutex);
    listener_->changed = std::move(changed);
  }

 private:
  SimulatedWorld& world_;
  const std::shared_ptr<SimulatedWorld::Listener> listener_;
};

std::unique_ptr<TrialOperator> MakeSimulatedOperator(SimulatedWorld& world) {
  return std::make_unique<SimulatedOperator>(world);
}

}  // namespace qalam
