#pragma once

#include <absl/time/clock.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "controller/operators/process_operator.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

// One trial of the process operator, by the real collector. Its working directory is its folder.
class CollectedTrial {
 public:
  // Runs by sh. Kubernetes' rules hold: $$ is one dollar.
  explicit CollectedTrial(const std::string& script, double grace_seconds = 0.3)
      : operator_(MakeProcessOperator(
            {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = grace_seconds})) {
    job_.uid = job_.name = "trial";
    job_.experiment_name = "collected";
    job_.directory = directory_.File("trial");
    job_.metric_names = {"loss"};
    job_.manifest["spec"]["template"]["spec"]["containers"] =
        Json::array({{{"name", "main"}, {"command", {"sh", "-c", script}}}});
  }

  // To be changed before Submit.
  TrialJob& job() { return job_; }
  TrialOperator& trial_operator() { return *operator_; }
  std::string File(const std::string& name) const { return directory_.File(name); }

  void Submit() {
    const auto handle = operator_->Submit(job_);
    INFO(Message(handle.status()));
    REQUIRE(handle.ok());
    handle_ = *handle;
  }
  template <typename Condition>
  void WaitUntil(Condition condition) {
    const auto deadline = absl::Now() + absl::Seconds(30);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(2));
    }
  }
  JobStatus WaitForEnd() {
    JobStatus status;
    WaitUntil([&] {
      status = operator_->Poll({&handle_, 1})->front();
      return status.state != JobState::kRunning;
    });
    return status;
  }
  // `meanwhile` happens while there is no controller; then another one has come.
  template <typename Meanwhile>
  void WithoutOperator(Meanwhile meanwhile) {
    operator_.reset();
    meanwhile();
    operator_ = MakeOperator();
  }
  void Cancel() { REQUIRE(operator_->Cancel(handle_).ok()); }

  const std::string& handle() const { return handle_; }
  std::string Output() { return operator_->ReadLog(handle_, 0)->data; }
  std::vector<MetricPoint> Points() { return operator_->ReadObservations(handle_, 0)->points; }
  std::vector<double> Values() {
    std::vector<double> values;
    for (const auto& point : Points()) values.push_back(point.value);
    return values;
  }

 private:
  static std::unique_ptr<TrialOperator> MakeOperator() {
    return MakeProcessOperator(
        {.collector_path = QALAM_BIN "/qalam-collector", .grace_seconds = 0.3});
  }

  const TemporaryDirectory directory_;
  std::unique_ptr<TrialOperator> operator_;
  TrialJob job_;
  std::string handle_;
};

}  // namespace qalam
