#include "server/known_experiments.h"

#include "server/find.h"

namespace qalam {

namespace {
// As many as clients work on at once, and more.
constexpr size_t kMostKnownExperiments = 1000;
}  // namespace

StatusOr<std::shared_ptr<const ExperimentRecord>> KnownExperiments::Find(
    const v1::ExperimentName& name) {
  Key key(name.namespace_().empty() ? "default" : name.namespace_(), name.name());
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = known_.find(key);
    if (entry != known_.end()) return entry->second;
  }
  ASSIGN_OR_RETURN(auto record, FindExperiment(store_, name));
  auto found = std::make_shared<const ExperimentRecord>(std::move(record));
  if (IsTerminal(found->state)) return found;
  absl::MutexLock lock(&mutex_);
  if (known_.size() >= kMostKnownExperiments) known_.clear();
  known_[std::move(key)] = found;
  return found;
}

void KnownExperiments::Forget(const ExperimentRecord& experiment) {
  absl::MutexLock lock(&mutex_);
  const auto entry = known_.find({experiment.name_space, experiment.name});
  if (entry != known_.end() && entry->second->uid == experiment.uid) known_.erase(entry);
}

}  // namespace qalam
