#include "server/http/change_set.h"

namespace qalam::http {

ChangeSet CollectChanges(const ChangeLog& changes, uint64_t after, uint64_t last) {
  ChangeSet set{.after = after, .last = last};
  const auto take = [&set](const Change& change) {
    if (change.sequence > set.last) return;
    switch (change.kind) {
      case Change::Kind::kExperiment:
        set.experiments.insert(change.experiment_uid);
        break;
      case Change::Kind::kTrial:
        set.experiments.insert(change.experiment_uid);
        set.trials[change.experiment_uid].insert(change.trial_uid);
        break;
      case Change::Kind::kPoints:
        set.reporting[change.experiment_uid].insert(change.trial_uid);
        set.points[change.trial_uid].push_back(change.points);
        break;
      case Change::Kind::kDeleted:
        set.deleted.push_back(change);
        break;
    }
  };
  uint64_t reached = 0;
  set.is_complete = changes.ForEachSince(after, take, &reached);
  return set;
}

}  // namespace qalam::http
