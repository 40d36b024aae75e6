// How an experiment that its user has deleted goes.
#include <catch2/catch.hpp>

#include "controller/reconciler.h"
#include "tests/support/manual_clock.h"
#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

// Workers that are asked and take their time.
class SlowWorkers final : public ReconcileActions {
 public:
  void RequestSuggestions(ExperimentRun&, int) override {}
  void SubmitTrial(ExperimentRun&, ActiveTrial&) override {}
  void LookAtTrial(ExperimentRun&, ActiveTrial&) override {}
  void CancelTrial(ExperimentRun&, ActiveTrial&) override {}
  void RemoveTrialFolders(ExperimentRun&) override {}
  void RemoveFiles(ExperimentRun& run) override {
    ++removals;
    run.removing_folders = true;
  }
  void WakeAt(ExperimentRun&, Time) override {}
  void Changed(const ExperimentRun&) override {}

  int removals = 0;
};

void RequestDeletion(SimulatedExperiment& experiment) {
  ExperimentRecord record = experiment.Record();
  record.delete_requested = true;
  REQUIRE(experiment.store().Commit({.update_experiments = {record}}).ok());
}

}  // namespace

TEST_CASE("A deleted experiment is there until a worker has removed its files", "[controller]") {
  SimulatedExperiment experiment({}, nullptr);
  RequestDeletion(experiment);
  SlowWorkers workers;
  Reconciler reconciler(experiment.store(), workers, experiment.clock());
  auto run = LoadExperimentRun(experiment.store(), "uid", experiment.clock().Now());
  REQUIRE(run.ok());
  for (int pass = 0; pass < 3; ++pass) {
    CHECK(*reconciler.Reconcile(*run) == Reconciler::Outcome::kActive);
    CHECK(workers.removals == 1);
    CHECK(experiment.store().ListExperiments({.uid = "uid"})->size() == 1);
  }
  run->removing_folders = false;
  run->files_removed = true;
  CHECK(*reconciler.Reconcile(*run) == Reconciler::Outcome::kEnded);
  CHECK(workers.removals == 1);
  CHECK(experiment.store().ListExperiments({.uid = "uid"})->empty());
}

TEST_CASE("A deleted experiment goes with its files", "[controller]") {
  const TemporaryDirectory directory;
  const std::string work = directory.File("work");
  SimulatedExperiment experiment({.work_dir = work}, nullptr);
  REQUIRE(MakeDirectories(work + "/trial/checkpoint").ok());
  RequestDeletion(experiment);
  experiment.StartController();
  experiment.WaitUntil([&] { return experiment.store().ListExperiments({.uid = "uid"})->empty(); });
  CHECK_FALSE(FileExists(work));
}

}  // namespace qalam
