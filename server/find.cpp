#include "server/find.h"

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

}  // namespace qalam
