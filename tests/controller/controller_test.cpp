// Schedules and faults of the controller, over simulated trials.

#include "controller/controller.h"

#include <atomic>
#include <catch2/catch.hpp>

#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

SimulatedRun MixedRun(const TrialJob& job, int) {
  return GoodRun(absl::Seconds(1 + TrialNumber(job) * 7 % 5));
}

// Passes everything on and notes when Submit was called.
class SubmitTimes final : public TrialOperator {
 public:
  SubmitTimes(std::unique_ptr<TrialOperator> inner, const Clock& clock, std::vector<Time>& times)
      : inner_(std::move(inner)), clock_(clock), times_(times) {}
  StatusOr<std::string> Submit(const TrialJob& job) override {
    {
      absl::MutexLock lock(&mutex_);
      times_.push_back(clock_.Now());
    }
    return inner_->Submit(job);
  }
  StatusOr<std::vector<JobStatus>> Poll(std::span<const std::string> handles) override {
    return inner_->Poll(handles);
  }
  Status Cancel(const std::string& handle) override { return inner_->Cancel(handle); }
  StatusOr<LogChunk> ReadLog(const std::string& handle, uint64_t offset) override {
    return inner_->ReadLog(handle, offset);
  }
  StatusOr<ObservationChunk> ReadObservations(const std::string& handle, uint64_t offset) override {
    return inner_->ReadObservations(handle, offset);
  }
  void Watch(std::function<void(const std::string&)> changed) override {
    inner_->Watch(std::move(changed));
  }

 private:
  const std::unique_ptr<TrialOperator> inner_;
  const Clock& clock_;
  absl::Mutex mutex_;
  std::vector<Time>& times_;
};

// Refuses a share of the commits, as a database that another process holds for long.
class BusyStore final : public Store {
 public:
  explicit BusyStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  Status Commit(const WriteBatch& batch) override {
    if (++commits_ % 3 == 0) return Unavailable("the database is busy");
    return inner_->Commit(batch);
  }
  StatusOr<std::vector<ExperimentRecord>> ListExperiments(const ExperimentQuery& query) override {
    return inner_->ListExperiments(query);
  }
  StatusOr<int64_t> CountExperiments(const ExperimentQuery& query) override {
    return inner_->CountExperiments(query);
  }
  StatusOr<std::vector<TrialRecord>> ListTrials(const TrialQuery& query) override {
    return inner_->ListTrials(query);
  }
  StatusOr<TrialCounts> CountTrials(const std::string& uid) override {
    return inner_->CountTrials(uid);
  }
  StatusOr<std::optional<TrialRecord>> BestTrial(const std::string& uid,
                                                 ObjectiveType type) override {
    return inner_->BestTrial(uid, type);
  }
  StatusOr<std::vector<Incumbent>> ListIncumbents(const std::string& uid,
                                                  ObjectiveType type) override {
    return inner_->ListIncumbents(uid, type);
  }
  StatusOr<MetricSeries> ReadMetrics(const MetricQuery& query) override {
    return inner_->ReadMetrics(query);
  }
  StatusOr<std::vector<EventRecord>> ListEvents(const EventQuery& query) override {
    return inner_->ListEvents(query);
  }

 private:
  const std::unique_ptr<Store> inner_;
  std::atomic<int> commits_{0};
};

// Every trial of the budget succeeded, ran once and has each of its two points once.
void CheckAllRanOnce(SimulatedExperiment& experiment, int trials) {
  const auto record = experiment.Record();
  CHECK(record.state == ExperimentState::kSucceeded);
  CHECK(record.reason == "MaxTrialsReached");
  const auto records = experiment.Trials();
  CHECK(records.size() == static_cast<size_t>(trials));
  for (const auto& trial : records) {
    CAPTURE(trial.number, trial.reason, trial.message);
    CHECK(trial.state == TrialState::kSucceeded);
    CHECK(trial.objective_value == 1.0);
    CHECK(experiment.world().Begun(trial.uid) == 1);
    REQUIRE(trial.metrics.size() == 1);
    CHECK(trial.metrics[0].count == 2);
  }
  CHECK(experiment.world().counts().submitted == trials);
  CHECK(experiment.world().counts().alive == 0);
  CHECK(experiment.Excess().empty());
}

}  // namespace

TEST_CASE("All slots are filled, and neither budget is ever exceeded", "[controller]") {
  SimulatedExperiment experiment({.trials = 60, .parallel = 7}, MixedRun);
  experiment.StartController();
  experiment.WaitUntil([&] { return experiment.world().counts().alive == 7; });
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 60);
  CHECK(experiment.world().counts().most_alive == 7);
}

TEST_CASE("A goal that is reached stops the trials that run", "[controller]") {
  SimulatedExperiment experiment({.trials = 20, .parallel = 4}, [](const TrialJob& job, int) {
    if (TrialNumber(job) != 2) return EndlessRun();
    SimulatedRun run = GoodRun(absl::Seconds(5));
    run.reports.back().value = -1;
    return run;
  });
  experiment.StartController();
  experiment.WaitUntil([&] { return experiment.world().counts().alive == 4; });
  experiment.RunToEnd();
  CHECK(experiment.Record().reason == "GoalReached");
  CHECK(experiment.Count(TrialState::kSucceeded) == 1);
  CHECK(experiment.Count(TrialState::kKilled) == 3);
  CHECK(experiment.Trials().size() == 4);
  CHECK(experiment.world().counts().alive == 0);
}

TEST_CASE("More failures than are allowed end the experiment", "[controller]") {
  SimulatedExperiment experiment({.trials = 20, .parallel = 3, .more = "maxFailedTrialCount: 2"},
                                 [](const TrialJob& job, int) {
                                   if (TrialNumber(job) == 0) return EndlessRun();
                                   SimulatedRun run = GoodRun(absl::Seconds(1 + TrialNumber(job)));
                                   run.ending = TrialNumber(job) % 2 == 0 ? ExitedWith(3)
                                                                          : KilledBySignal(9);
                                   return run;
                                 });
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Record().state == ExperimentState::kFailed);
  CHECK(experiment.Record().reason == "MaxFailedTrialsReached");
  CHECK(experiment.Count(TrialState::kFailed) >= 3);
  CHECK(experiment.Trials()[0].state == TrialState::kKilled);
  CHECK(experiment.world().counts().alive == 0);
  CHECK(experiment.Excess().empty());
}

TEST_CASE("A user's stop ends every trial, also past an engine that does not answer",
          "[controller]") {
  SimulatedExperiment experiment(
      {.trials = 20, .parallel = 4}, [](const TrialJob&, int) { return EndlessRun(); },
      absl::Seconds(5));
  experiment.StartController();
  experiment.WaitUntil([&] { return experiment.world().counts().alive == 4; });
  experiment.world().SetFaults({.cancels_refused = 6});
  auto record = experiment.Record();
  record.stop_requested = true;
  WriteBatch batch;
  batch.update_experiments.push_back(record);
  REQUIRE(experiment.store().Commit(batch).ok());
  experiment.controller().Enqueue(record.uid);
  experiment.RunToEnd();
  CHECK(experiment.Record().state == ExperimentState::kStopped);
  CHECK(experiment.Count(TrialState::kKilled) == 4);
  CHECK(experiment.world().counts().alive == 0);
}

TEST_CASE("A submission that is refused is tried again, later each time", "[controller]") {
  SimulatedExperiment experiment({.trials = 1}, MixedRun);
  constexpr int kRefused = 4;
  experiment.world().SetFaults({.submits_refused = kRefused});
  std::vector<Time> times;
  experiment.WrapOperator([&](std::unique_ptr<TrialOperator> inner) {
    return std::make_unique<SubmitTimes>(std::move(inner), experiment.clock(), times);
  });
  experiment.StartController();
  experiment.RunToEnd();
  experiment.StopController();
  CheckAllRanOnce(experiment, 1);
  REQUIRE(times.size() == kRefused + 1);
  Duration least = absl::Milliseconds(200);
  for (int i = 0; i < kRefused; ++i, least *= 2) CHECK(times[i + 1] - times[i] >= least);
}

TEST_CASE("A trial that cannot be submitted for long says why", "[controller]") {
  SimulatedExperiment experiment({.trials = 1}, MixedRun);
  experiment.world().SetFaults({.submits_refused = 6});
  experiment.StartController();
  experiment.RunUntil([&] {
    const auto trials = experiment.Trials();
    return !trials.empty() && !trials[0].message.empty();
  });
  const auto waiting = experiment.Trials()[0];
  CHECK(waiting.state == TrialState::kPending);
  CHECK(waiting.reason == "SubmitDelayed");
  CHECK(waiting.message == "the simulated engine does not answer");
  CHECK(waiting.attempts == 0);
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 1);
}

TEST_CASE("A submission whose answer was lost starts nothing twice", "[controller]") {
  SimulatedExperiment experiment({.trials = 12, .parallel = 3}, MixedRun);
  experiment.world().SetFaults({.submits_unanswered = 8});
  experiment.StartController();
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 12);
}

TEST_CASE("An engine that cannot say is asked again and fails no trial", "[controller]") {
  SimulatedExperiment experiment({.trials = 12, .parallel = 3}, MixedRun, absl::Seconds(2));
  experiment.world().SetFaults({.polls_refused = 10, .states_unknown = 40, .reads_refused = 10});
  experiment.StartController();
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 12);
  CHECK(experiment.world().faults().states_unknown == 0);
}

TEST_CASE("Events that are missed are made good by the resync", "[controller]") {
  SimulatedExperiment experiment({.trials = 12, .parallel = 3}, MixedRun, absl::Seconds(5));
  experiment.world().SetFaults({.watch_calls_lost = true});
  experiment.StartController();
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 12);
}

TEST_CASE("A controller that goes in mid-run is followed by one that adopts", "[controller]") {
  SimulatedExperiment experiment({.trials = 40, .parallel = 6}, MixedRun);
  for (int finished = 5; finished < 40; finished += 5) {
    experiment.StartController();
    experiment.RunUntil([&] { return experiment.Count(TrialState::kSucceeded) >= finished; });
    experiment.StopController();
    // Some end while nobody looks.
    experiment.clock().Advance(absl::Seconds(3));
  }
  experiment.StartController();
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 40);
}

TEST_CASE("A database that refuses commits delays the experiment and loses nothing",
          "[controller]") {
  SimulatedExperiment experiment({.trials = 15, .parallel = 4}, MixedRun);
  experiment.WrapStore(
      [](std::unique_ptr<Store> inner) { return std::make_unique<BusyStore>(std::move(inner)); });
  experiment.StartController();
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 15);
}

TEST_CASE("A job that was lost before it reported is submitted again", "[controller]") {
  SimulatedExperiment experiment({.trials = 4, .parallel = 2}, [](const TrialJob&, int attempt) {
    SimulatedRun run = GoodRun(absl::Seconds(2));
    if (attempt > 1) return run;
    run.duration = absl::ZeroDuration();
    run.reports.clear();
    run.ending = LostByEngine();
    return run;
  });
  experiment.StartController();
  experiment.RunToEnd();
  CHECK(experiment.Count(TrialState::kSucceeded) == 4);
  for (const auto& trial : experiment.Trials()) CHECK(trial.attempts == 2);
}

TEST_CASE("A thousand trials, a hundred at a time, are a thousand", "[controller][slow]") {
  SimulatedExperiment experiment({.trials = 1000, .parallel = 100}, [](const TrialJob& job, int) {
    return GoodRun(absl::Seconds(10 + TrialNumber(job) * 37 % 50));
  });
  experiment.StartController();
  experiment.WaitUntil([&] { return experiment.world().counts().alive == 100; });
  experiment.RunToEnd();
  CheckAllRanOnce(experiment, 1000);
  CHECK(experiment.world().counts().most_alive == 100);
}

}  // namespace qalam
