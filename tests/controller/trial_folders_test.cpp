#include "controller/trial_folders.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <set>

#include "base/files.h"
#include "controller/experiment_run.h"
#include "tests/support/simulated_experiment.h"

namespace qalam {
namespace {

// Trials as they ended, each with a folder, and what the policy leaves of these.
class EndedTrials {
 public:
  EndedTrials() : store_(*OpenSqliteStore(directory_.File("qalam.db"))) {
    record_.uid = "uid";
    record_.name_space = "default";
    record_.name = "clean";
    record_.document_json = "{}";
    record_.work_dir = directory_.File("work");
    REQUIRE(store_->Commit({.create_experiments = {record_}}).ok());
  }

  void Add(TrialState state, std::optional<double> objective = {},
           std::vector<double> further = {}) {
    TrialRecord trial;
    trial.number = count_++;
    trial.uid = TrialUid(record_, trial.number);
    trial.name = TrialName(record_, trial.number);
    trial.experiment_uid = record_.uid;
    trial.state = state;
    trial.objective_value = objective;
    trial.additional_objective_values = std::move(further);
    REQUIRE(store_->Commit({.create_trials = {trial}}).ok());
    const std::string folder = record_.work_dir + "/" + trial.name;
    REQUIRE(MakeDirectories(folder + "/checkpoint").ok());
    REQUIRE(WriteFileAtomically(folder + "/output.log", "x", false).ok());
  }
  // Numbers of the trials whose output is still there.
  std::set<int64_t> Left(const ExperimentSpec& spec) {
    REQUIRE(RemoveTrialFolders(*store_, record_, spec).ok());
    std::set<int64_t> left;
    for (int64_t number = 0; number < count_; ++number) {
      if (FileExists(Folder(number) + "/output.log")) left.insert(number);
    }
    return left;
  }
  std::string Folder(int64_t number) const {
    return record_.work_dir + "/" + TrialName(record_, number);
  }

 private:
  TemporaryDirectory directory_;
  std::unique_ptr<Store> store_;
  ExperimentRecord record_;
  int64_t count_ = 0;
};

ExperimentSpec Policy(TrialFolders folders) {
  ExperimentSpec spec;
  spec.objective.type = ObjectiveType::kMinimize;
  spec.trial_template.trial_folders = folders;
  return spec;
}

void AddOneOfEach(EndedTrials& trials) {
  trials.Add(TrialState::kSucceeded, 2);
  trials.Add(TrialState::kSucceeded, 1);
  trials.Add(TrialState::kEarlyStopped, 3);
  trials.Add(TrialState::kFailed);
  trials.Add(TrialState::kMetricsUnavailable);
  trials.Add(TrialState::kKilled);
  trials.Add(TrialState::kRunning);
  trials.Add(TrialState::kPending);
}

}  // namespace

TEST_CASE("Folders go by the policy, those of failures never", "[folders]") {
  EndedTrials trials;
  AddOneOfEach(trials);
  CHECK(trials.Left(Policy(TrialFolders::kKeep)).size() == 8);
  auto retained = Policy(TrialFolders::kRemove);
  retained.trial_template.retain = true;
  CHECK(trials.Left(retained).size() == 8);
  CHECK(trials.Left(Policy(TrialFolders::kKeepBest)) == std::set<int64_t>{1, 3, 4, 6, 7});
  // A better one takes its place.
  trials.Add(TrialState::kSucceeded, 0.5);
  CHECK(trials.Left(Policy(TrialFolders::kKeepBest)) == std::set<int64_t>{3, 4, 6, 7, 8});
  CHECK(trials.Left(Policy(TrialFolders::kRemove)) == std::set<int64_t>{3, 4, 6, 7});
  CHECK_FALSE(FileExists(trials.Folder(0)));
  CHECK(trials.Left(Policy(TrialFolders::kRemove)) == std::set<int64_t>{3, 4, 6, 7});
}

TEST_CASE("Of several objectives those stay that no other beats", "[folders]") {
  EndedTrials trials;
  trials.Add(TrialState::kSucceeded, 1, {1});
  trials.Add(TrialState::kSucceeded, 2, {5});
  trials.Add(TrialState::kSucceeded, 3, {4});
  trials.Add(TrialState::kSucceeded);
  auto spec = Policy(TrialFolders::kKeepBest);
  spec.objective.additional_objectives = {{"speed", ObjectiveType::kMaximize, {}}};
  CHECK(trials.Left(spec) == std::set<int64_t>{0, 1});
}

TEST_CASE("Where no trial can be compared all stay", "[folders]") {
  EndedTrials trials;
  trials.Add(TrialState::kSucceeded);
  trials.Add(TrialState::kSucceeded);
  CHECK(trials.Left(Policy(TrialFolders::kKeepBest)).size() == 2);
}

TEST_CASE("A checkpoint that later trials may go on from stays", "[folders]") {
  EndedTrials trials;
  trials.Add(TrialState::kSucceeded, 1);
  auto spec = Policy(TrialFolders::kRemove);
  spec.algorithm.name = "pbt";
  CHECK(trials.Left(spec).empty());
  CHECK(FileExists(trials.Folder(0) + "/checkpoint"));
  spec.algorithm.name = "random";
  CHECK(trials.Left(spec).empty());
  CHECK_FALSE(FileExists(trials.Folder(0)));
}

TEST_CASE("An experiment has ended only once its folders are cleared up, also after a crash",
          "[folders]") {
  const TemporaryDirectory directory;
  SimulatedExperiment experiment({.trials = 6,
                                  .parallel = 2,
                                  .of_template = "trialFolders: KeepBest",
                                  .work_dir = directory.path()},
                                 [](const TrialJob& job, int) {
                                   REQUIRE(MakeDirectories(job.directory).ok());
                                   SimulatedRun run = GoodRun(absl::Seconds(2));
                                   run.reports.front().value = 20;
                                   run.reports.back().value =
                                       10 - static_cast<double>(TrialNumber(job));
                                   return run;
                                 });
  experiment.StartController();
  experiment.RunUntil([&] { return experiment.Count(TrialState::kSucceeded) >= 3; });
  experiment.StopController();
  // As if the process had been killed just before it removed one.
  REQUIRE(MakeDirectories(experiment.Trials()[0].handle).ok());
  experiment.StartController();
  experiment.RunToEnd();
  for (const auto& trial : experiment.Trials()) {
    CAPTURE(trial.number);
    CHECK(FileExists(trial.handle) == (trial.number == 5));
  }
}

}  // namespace qalam
