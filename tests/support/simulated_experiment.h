#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/clock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "controller/controller.h"
#include "controller/operators/simulated_operator.h"
#include "suggestion/registry.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace qalam {

struct SimulatedBudget {
  int trials = 1;
  int parallel = 1;
  std::string more;         // further lines of the spec, in YAML's flow style, indented by two
  std::string of_template;  // likewise of the trialTemplate, indented by four
  // In place of "/simulated", which does not exist.
  std::string work_dir = "/simulated";
  std::string algorithm = "random";
};

// One experiment that minimises "loss" under the real controller, store and algorithms; its
// trials run in a simulated world. Only virtual time passes, and only when nothing else does.
class SimulatedExperiment {
 public:
  SimulatedExperiment(const SimulatedBudget& budget, SimulatedWorld::Fate fate,
                      Duration resync_interval = absl::InfiniteDuration())
      : budget_(budget),
        resync_interval_(resync_interval),
        world_(clock_, std::move(fate)),
        store_(Value(OpenSqliteStore(directory_.File("qalam.db")))) {
    ExperimentRecord record;
    record.uid = "uid";
    record.name_space = "default";
    record.name = "simulated";
    record.document_json = ToJson(ParseDocument()).dump();
    record.seed = 7;
    record.work_dir = budget_.work_dir;
    record.created = clock_.Now();
    WriteBatch batch;
    batch.create_experiments.push_back(record);
    Check(store_->Commit(batch));
  }
  ~SimulatedExperiment() { StopController(); }

  ManualClock& clock() { return clock_; }
  SimulatedWorld& world() { return world_; }
  Store& store() { return *store_; }
  Controller& controller() { return *controller_; }
  // Before StartController: a suggestion service instead of the algorithms of this process.
  void UseChannel(std::shared_ptr<grpc::Channel> channel) { channel_ = std::move(channel); }
  // Before StartController: what the controller sees instead of the simulated operator.
  void WrapOperator(
      std::function<std::unique_ptr<TrialOperator>(std::unique_ptr<TrialOperator>)> wrap) {
    wrap_ = std::move(wrap);
  }
  void WrapStore(std::function<std::unique_ptr<Store>(std::unique_ptr<Store>)> wrap) {
    store_ = wrap(std::move(store_));
  }

  void StartController() {
    operator_ = MakeSimulatedOperator(world_);
    if (wrap_) operator_ = wrap_(std::move(operator_));
    suggestions_ = channel_ == nullptr ? std::make_unique<SuggestionClient>(*store_)
                                       : std::make_unique<SuggestionClient>(channel_, *store_);
    controller_ =
        std::make_unique<Controller>(*store_, *operator_, *suggestions_, clock_,
                                     ControllerOptions{.resync_interval = resync_interval_});
    controller_->OnChange([this](const std::string&) { Changed(); });
    Check(controller_->Start());
  }
  // All that a process has in memory goes; the store and the world stay.
  void StopController() {
    controller_.reset();
    suggestions_.reset();
    operator_.reset();
  }

  // Lets virtual time pass, whenever the controller has nothing to do, until the condition holds.
  void RunUntil(const std::function<bool()>& condition) {
    WaitUntil(condition, [this] { Step(); });
  }
  void RunToEnd() {
    RunUntil([this] { return IsTerminal(Record().state); });
  }
  // Until the condition holds, while virtual time stands still.
  void WaitUntil(
      const std::function<bool()>& condition, const std::function<void()>& idle = [] {}) {
    const auto deadline = absl::Now() + absl::Seconds(120);
    while (!condition()) {
      if (absl::Now() > deadline) throw std::runtime_error("it did not come in time");
      if (!AwaitChange()) idle();
    }
  }

  ExperimentRecord Record() { return Value(store_->ListExperiments({.uid = "uid"})).front(); }
  std::vector<TrialRecord> Trials() { return Value(store_->ListTrials({.experiment_uid = "uid"})); }
  int64_t Count(TrialState state) { return Value(store_->CountTrials("uid"))[state]; }
  // What went beyond the budget at any time; empty when nothing did.
  std::string Excess() {
    absl::MutexLock lock(&mutex_);
    return excess_;
  }

 private:
  static void Check(const Status& status) {
    if (!status.ok()) throw std::runtime_error(Message(status));
  }
  template <typename T>
  static T Value(StatusOr<T> value) {
    Check(value.status());
    return *std::move(value);
  }

  ExperimentDocument ParseDocument() const {
    const auto parsed =
        ParseDocuments(fmt::format(R"(apiVersion: kubeflow.org/v1beta1
kind: Experiment
metadata: {{name: simulated}}
spec:
  objective: {{type: minimize, objectiveMetricName: loss, goal: 0}}
  algorithm: {{algorithmName: {}}}
  seed: 7
  maxTrialCount: {}
  parallelTrialCount: {}
  {}
  parameters: [{{name: x, parameterType: double, feasibleSpace: {{min: "0", max: "1"}}}}]
  trialTemplate:
    {}
    trialParameters: [{{name: x, reference: x}}]
    trialSpec:
      apiVersion: batch/v1
      kind: Job
      spec: {{template: {{spec: {{containers: [{{name: main, command: ['${{trialParameters.x}}']}}]}}}}}}
)",
                                   budget_.algorithm, budget_.trials, budget_.parallel,
                                   budget_.more, budget_.of_template),
                       "simulated", RegisteredAlgorithms());
    if (!parsed.faults.empty()) throw std::runtime_error(parsed.faults[0].ToString());
    return parsed.documents[0];
  }

  void Changed() {
    auto counts = Value(store_->CountTrials("uid"));
    const int64_t active = counts[TrialState::kPending] + counts[TrialState::kRunning];
    int64_t created = 0;
    for (const auto& [state, count] : counts) created += count;
    absl::MutexLock lock(&mutex_);
    ++changes_;
    if (active > budget_.parallel) excess_ += fmt::format("{} active; ", active);
    if (created > budget_.trials) excess_ += fmt::format("{} created; ", created);
  }

  // False when the controller seems to have nothing to do.
  bool AwaitChange() {
    // On a busy machine a call takes longer than the pause by which idleness is told; some calls
    // wait for what only more virtual time brings.
    const auto patience = absl::Now() + absl::Milliseconds(100);
    bool came = false;
    do {
      came = AwaitNextChange();
    } while (!came && IsBusy() && absl::Now() < patience);
    return came;
  }
  bool AwaitNextChange() {
    const auto changed = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return changes_ != seen_; };
    absl::MutexLock lock(&mutex_);
    const bool came = mutex_.AwaitWithTimeout(absl::Condition(&changed), absl::Milliseconds(2));
    seen_ = changes_;
    return came;
  }
  bool IsBusy() const { return controller_ != nullptr && controller_->Load().is_at_work(); }

  // To the next event of the world, but by no more than a second, for the controller's own timers.
  void Step() {
    constexpr Duration kLongest = absl::Seconds(1), kShortest = absl::Milliseconds(1);
    const auto next = world_.NextEvent();
    clock_.Advance(next ? std::clamp(*next - clock_.Now(), kShortest, kLongest) : kLongest);
    world_.Notify();
    // The loop sleeps by the wall clock, which knows nothing of the virtual one.
    if (controller_ != nullptr) controller_->Enqueue("uid");
  }

  const SimulatedBudget budget_;
  const Duration resync_interval_;
  TemporaryDirectory directory_;
  ManualClock clock_{absl::FromUnixSeconds(1'700'000'000)};
  SimulatedWorld world_;
  std::unique_ptr<Store> store_;
  std::shared_ptr<grpc::Channel> channel_;  // null: the algorithms of this process
  std::function<std::unique_ptr<TrialOperator>(std::unique_ptr<TrialOperator>)> wrap_;
  std::unique_ptr<TrialOperator> operator_;
  std::unique_ptr<SuggestionClient> suggestions_;
  std::unique_ptr<Controller> controller_;
  absl::Mutex mutex_;
  uint64_t changes_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string excess_ ABSL_GUARDED_BY(mutex_);
};

// The number of the trial that the job is of.
inline int64_t TrialNumber(const TrialJob& job) {
  return std::stoll(job.uid.substr(job.uid.rfind('-') + 1));
}

// Reports loss=1 twice and succeeds after `duration`.
inline SimulatedRun GoodRun(Duration duration) {
  SimulatedRun run;
  run.duration = duration;
  run.ending = ExitedWith(0);
  run.reports = {{duration / 2, "loss", 2, 1}, {duration, "loss", 1, 2}};
  return run;
}

// Reports loss=2 once and goes on until it is stopped.
inline SimulatedRun EndlessRun() {
  SimulatedRun run;
  run.duration = absl::InfiniteDuration();
  run.reports = {{absl::Seconds(1), "loss", 2, 1}};
  return run;
}

}  // namespace qalam
