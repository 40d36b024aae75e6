#include "server/telemetry/measured_operator.h"

#include <absl/time/clock.h>

namespace qalam {

namespace {

Status StatusOfAnswer(const Status& status) { return status; }
template <typename Value>
Status StatusOfAnswer(const StatusOr<Value>& value) {
  return value.status();
}

class MeasuredOperator final : public TrialOperator {
 public:
  MeasuredOperator(std::unique_ptr<TrialOperator> measured, std::string engine,
                   Telemetry& telemetry)
      : measured_(std::move(measured)), engine_(std::move(engine)), telemetry_(telemetry) {}

  std::vector<Fault> CheckTrials(const ExperimentSpec& spec) override {
    return measured_->CheckTrials(spec);
  }
  Status CheckFits(const Resources& need) override { return measured_->CheckFits(need); }
  Status CheckReachable() override { return measured_->CheckReachable(); }
  Status CheckManifest(const Json& manifest) override { return measured_->CheckManifest(manifest); }
  StatusOr<std::string> Submit(const TrialJob& job) override {
    return Timed("Submit", [&] { return measured_->Submit(job); });
  }
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override {
    return Timed("Poll", [&] { return measured_->Poll(handles); });
  }
  Status Cancel(const std::string& handle) override {
    return Timed("Cancel", [&] { return measured_->Cancel(handle); });
  }
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override {
    return Timed("ReadLog", [&] { return measured_->ReadLog(handle, offset); });
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    return Timed("ReadObservations", [&] { return measured_->ReadObservations(handle, offset); });
  }
  void Watch(std::function<void(const std::string& handle)> changed) override {
    measured_->Watch(std::move(changed));
  }

 private:
  template <typename Call>
  auto Timed(const char* name, const Call& call) -> decltype(call()) {
    const Time begin = absl::Now();
    auto answer = call();
    telemetry_.NoteOperator(engine_, name, absl::Now() - begin, StatusOfAnswer(answer));
    return answer;
  }

  const std::unique_ptr<TrialOperator> measured_;
  const std::string engine_;
  Telemetry& telemetry_;
};

}  // namespace

std::unique_ptr<TrialOperator> MakeMeasuredOperator(std::unique_ptr<TrialOperator> measured,
                                                    const std::string& engine,
                                                    Telemetry& telemetry) {
  return std::make_unique<MeasuredOperator>(std::move(measured), engine, telemetry);
}

}  // namespace qalam
