#include "server/find.h"

#include "base/files.h"
#include "controller/collector/job.h"
#include "controller/stored_document.h"
#include "controller/trial_folders.h"

namespace qalam {

namespace {
std::string NamespaceOf(const std::string& given) { return given.empty() ? "default" : given; }
}  // namespace

StatusOr<ExperimentRecord> FindExperiment(Store& store, const v1::ExperimentName& name) {
  if (name.name().empty()) return InvalidArgument("the experiment's name is missing");
  ASSIGN_OR_RETURN(
      auto records,
      store.ListExperiments({.name_space = NamespaceOf(name.namespace_()), .name = name.name()}));
  if (records.empty()) {
    return NotFound("there is no experiment {} in the namespace {}", name.name(),
                    NamespaceOf(name.namespace_()));
  }
  return std::move(records.front());
}

StatusOr<FoundTrial> FindTrial(Store& store, const v1::TrialName& name) {
  if (name.name().empty()) return InvalidArgument("the trial's name is missing");
  const std::string name_space = NamespaceOf(name.namespace_());
  ASSIGN_OR_RETURN(auto trials, store.ListTrials({.name = name.name()}));
  for (auto& trial : trials) {
    ASSIGN_OR_RETURN(auto records, store.ListExperiments({.uid = trial.experiment_uid}));
    if (!records.empty() && records.front().name_space == name_space) {
      return FoundTrial{std::move(trial), std::move(records.front())};
    }
  }
  return NotFound("there is no trial {} in the namespace {}", name.name(), name_space);
}

StatusOr<TrialRecord> FindTrialByName(Store& store, const std::string& name) {
  ASSIGN_OR_RETURN(auto trials, store.ListTrials({.name = name, .limit = 1}));
  if (trials.empty()) return NotFound("there is no trial {}", name);
  return std::move(trials.front());
}

Status CheckOutputKept(const FoundTrial& found) {
  const TrialRecord& trial = found.trial;
  const std::string folder = found.experiment.work_dir + "/" + trial.name;
  // Whatever ran has left its claim there.
  if (!IsTerminal(trial.state) || trial.started == absl::InfinitePast() ||
      FileExists(folder + "/" + collector::kClaimFile)) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const auto document, ParseStoredDocument(found.experiment.document_json));
  if (!RemovesTrialFolders(document.spec)) return absl::OkStatus();
  return NotFound(
      "what trial {} printed was removed with its folder after its end, as trialFolders says",
      trial.name);
}

}  // namespace qalam
