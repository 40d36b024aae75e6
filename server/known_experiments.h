#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "api/proto/qalam_v1.pb.h"
#include "db/store.h"

namespace qalam {

// Experiments by name for those who call thousands of times a second: what names and places an
// experiment never changes, so that it is read once. Other fields may be out of date, and an
// experiment may have been deleted since and its name taken by another. Thread-safe.
class KnownExperiments {
 public:
  explicit KnownExperiments(Store& store) : store_(store) {}

  // NOT_FOUND as FindExperiment. One that has ended is as the store has it now: such are not kept.
  StatusOr<std::shared_ptr<const ExperimentRecord>> Find(const v1::ExperimentName& name);
  // It was not found to be as it is known.
  void Forget(const ExperimentRecord& experiment);

 private:
  using Key = std::pair<std::string, std::string>;  // namespace and name

  Store& store_;
  absl::Mutex mutex_;
  std::map<Key, std::shared_ptr<const ExperimentRecord>> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
