#pragma once

#include <absl/time/clock.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include "base/files.h"
#include "controller/operators/slurm/slurm_operator.h"
#include "tests/support/slurm_cluster.h"

namespace qalam {

// Trials of sh programs on a cluster of their own.
class SlurmTrials {
 public:
  SlurmTrials() : cluster_(SlurmCluster::Start({{"QALAM_SLURMD_TIMEOUT", "4"}})) {}

  bool is_there() const { return cluster_ != nullptr; }
  const SlurmCluster& cluster() const { return *cluster_; }
  std::string File(const std::string& name) const { return directory_.File(name); }

  SlurmOptions Options() const {
    return {.collector_path = QALAM_BIN "/qalam-collector",
            .grace_seconds = 0.3,
            .poll_interval = absl::Milliseconds(300),
            .shortest_poll_interval = absl::Milliseconds(100),
            .result_patience = absl::Milliseconds(500),
            .environment = {{"SLURM_CONF", cluster_->configuration()}}};
  }
  std::unique_ptr<TrialOperator> MakeOperator() const { return MakeOperator(Options()); }
  std::unique_ptr<TrialOperator> MakeOperator(SlurmOptions options) const {
    auto trial_operator = MakeSlurmOperator(std::move(options));
    if (!trial_operator.ok()) throw std::runtime_error(Message(trial_operator.status()));
    return *std::move(trial_operator);
  }

  // The program finds its folder as $QALAM_TRIAL_DIR. `spec` is that of a SlurmJob.
  TrialJob MakeJob(const std::string& name, const std::string& program,
                   Json spec = Json::object()) const {
    TrialJob job;
    job.uid = job.name = name;
    job.experiment_name = "experiment";
    job.directory = File(name);
    job.metric_names = {"loss"};
    job.manifest = {{"apiVersion", "qalam.io/v1"}, {"kind", "SlurmJob"}, {"spec", std::move(spec)}};
    job.manifest["spec"]["template"]["spec"]["containers"] =
        Json::array({{{"name", "main"}, {"command", {"sh", "-c", program}}}});
    return job;
  }

  // How often the program of MakeNotingProgram has begun.
  int Begun(const std::string& name) const {
    const auto lines = ReadFile(File(name) + "/begun");
    return lines.ok() ? static_cast<int>(std::count(lines->begin(), lines->end(), '\n')) : 0;
  }

  static void WaitUntil(const std::function<bool()>& condition, int seconds = 60) {
    const auto deadline = absl::Now() + absl::Seconds(seconds);
    while (!condition()) {
      REQUIRE(absl::Now() < deadline);
      absl::SleepFor(absl::Milliseconds(20));
    }
  }
  static JobStatus Look(TrialOperator& trial_operator, const std::string& handle) {
    return trial_operator.Poll({&handle, 1})->front();
  }
  // Until it is certain what became of it.
  static JobStatus WaitForEnd(TrialOperator& trial_operator, const std::string& handle,
                              int seconds = 60) {
    JobStatus status;
    WaitUntil(
        [&] {
          status = Look(trial_operator, handle);
          return status.state != JobState::kRunning && status.state != JobState::kUnknown;
        },
        seconds);
    return status;
  }
  void WaitUntilBegun(const std::string& name) const {
    WaitUntil([&] { return Begun(name) > 0; });
  }

  // What squeue prints of the trial's job.
  std::string Ask(const std::string& name, const std::string& format) const {
    std::string text = cluster_->Run({"squeue", "--noheader", "--states=all", "--format=" + format,
                                      "--name=qalam-" + name + "-run-1"});
    while (!text.empty() && text.back() == '\n') text.pop_back();
    return text;
  }

 private:
  const TemporaryDirectory directory_;
  const std::unique_ptr<SlurmCluster> cluster_;
};

// Begins a test case, or ends it where Slurm is not installed.
#define ON_A_SLURM_CLUSTER(trials)                                  \
  const SlurmTrials trials;                                         \
  if (!trials.is_there()) {                                         \
    WARN("skipped: no Slurm cluster here, as the line above says"); \
    return;                                                         \
  }                                                                 \
  static_assert(true)

}  // namespace qalam
