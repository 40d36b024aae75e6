#include "controller/trial_folders.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "controller/experiment_run.h"
#include "suggestion/multi_objective/pareto.h"

namespace qalam {

namespace {

namespace fs = std::filesystem;

// Numbers of the trials whose folders are there.
StatusOr<std::vector<int64_t>> TrialsWithFolders(const ExperimentRecord& experiment) {
  std::vector<int64_t> numbers;
  std::error_code error;
  fs::directory_iterator entry(experiment.work_dir, error);
  if (error == std::errc::no_such_file_or_directory) return numbers;
  while (!error && entry != fs::directory_iterator()) {
    const auto number = NumberOfTrial(experiment, entry->path().filename().string());
    if (number) numbers.push_back(*number);
    entry.increment(error);
  }
  if (error) {
    return ErrnoStatus(error.value(), fmt::format("cannot read {}", experiment.work_dir));
  }
  return numbers;
}

// All objectives of the trial, each to be made small; empty when it has none that can be compared.
std::vector<double> Losses(const Objective& objective, const TrialRecord& trial) {
  const auto& further = objective.additional_objectives;
  if (!trial.objective_value || !trial.IsFeasible() ||
      trial.additional_objective_values.size() != further.size()) {
    return {};
  }
  const auto loss = [](ObjectiveType type, double value) {
    return type == ObjectiveType::kMaximize ? -value : value;
  };
  std::vector<double> losses = {loss(objective.type, *trial.objective_value)};
  for (size_t i = 0; i < further.size(); ++i) {
    losses.push_back(loss(further[i].type, trial.additional_objective_values[i]));
  }
  if (std::any_of(losses.begin(), losses.end(), [](double value) { return std::isnan(value); })) {
    return {};
  }
  return losses;
}

// The best one, or with several objectives those that no other beats. Where none can be compared
// with another, every one.
StatusOr<std::set<int64_t>> BestTrials(Store& store, const ExperimentRecord& experiment,
                                       const Objective& objective) {
  std::set<int64_t> best;
  if (objective.additional_objectives.empty()) {
    ASSIGN_OR_RETURN(const auto trial, store.BestTrial(experiment.uid, objective.type));
    if (trial) return std::set<int64_t>{trial->number};
  }
  ASSIGN_OR_RETURN(const auto trials,
                   store.ListTrials({.experiment_uid = experiment.uid,
                                     .states = {TrialState::kSucceeded, TrialState::kEarlyStopped},
                                     .with_metrics = false}));
  std::vector<int64_t> numbers;
  std::vector<std::vector<double>> losses;
  for (const auto& trial : trials) {
    best.insert(trial.number);
    auto one = Losses(objective, trial);
    if (one.empty()) continue;
    numbers.push_back(trial.number);
    losses.push_back(std::move(one));
  }
  if (losses.empty()) return best;
  best.clear();
  const auto ranks = NonDominatedRanks(PointersTo(losses));
  for (size_t i = 0; i < ranks.size(); ++i) {
    if (ranks[i] == 0) best.insert(numbers[i]);
  }
  return best;
}

bool IsRemovable(const TrialRecord& trial, const std::set<int64_t>& kept) {
  switch (trial.state) {
    case TrialState::kSucceeded:
    case TrialState::kEarlyStopped:
    case TrialState::kKilled:
      return !kept.contains(trial.number);
    default:
      return false;
  }
}

// Of an algorithm whose trials go on from one another, all but the checkpoint.
Status RemoveFolder(const fs::path& folder, bool keep_checkpoint) {
  std::error_code error;
  if (!keep_checkpoint) {
    fs::remove_all(folder, error);
  } else {
    fs::directory_iterator entry(folder, error);
    while (!error && entry != fs::directory_iterator()) {
      const fs::path path = entry->path();
      entry.increment(error);
      if (!error && path.filename() != "checkpoint") fs::remove_all(path, error);
    }
  }
  if (!error) return absl::OkStatus();
  return ErrnoStatus(error.value(), fmt::format("cannot remove {}", folder.string()));
}

}  // namespace

bool RemovesTrialFolders(const ExperimentSpec& spec) {
  return spec.trial_template.trial_folders != TrialFolders::kKeep && !spec.trial_template.retain &&
         spec.trial_runner == TrialRunner::kOperator;
}

Status RemoveTrialFolders(Store& store, const ExperimentRecord& experiment,
                          const ExperimentSpec& spec) {
  if (!RemovesTrialFolders(spec) || experiment.work_dir.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto numbers, TrialsWithFolders(experiment));
  if (numbers.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const auto trials, store.ListTrials({.experiment_uid = experiment.uid,
                                                        .numbers = numbers,
                                                        .with_metrics = false}));
  // Asked after the states: whoever is the best by now is kept, and one that is so no more may go.
  std::set<int64_t> kept;
  if (spec.trial_template.trial_folders == TrialFolders::kKeepBest) {
    ASSIGN_OR_RETURN(kept, BestTrials(store, experiment, spec.objective));
  }
  Status result;
  for (const auto& trial : trials) {
    if (!IsRemovable(trial, kept)) continue;
    // One that resists does not keep the others.
    result.Update(
        RemoveFolder(fs::path(experiment.work_dir) / trial.name, spec.algorithm.name == "pbt"));
  }
  return result;
}

}  // namespace qalam
