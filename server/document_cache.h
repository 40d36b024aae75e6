#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <memory>
#include <string>

#include "api/experiment.h"
#include "base/status.h"
#include "db/store.h"

namespace qalam {

// Documents of experiments, read once as long as they stay as they are: an experiment is looked at
// many times a second while it is followed, and reading a large document takes longer than that.
// Thread-safe.
class DocumentCache {
 public:
  struct Entry {
    std::string json;  // what it was read from
    ExperimentDocument document;
    std::string algorithm_choice;  // see ExplainChoice
    std::string yaml;              // to be shown, without secrets; empty until it was asked for
  };
  // INTERNAL for a damaged document.
  StatusOr<std::shared_ptr<const Entry>> Get(const ExperimentRecord& experiment, bool with_yaml);

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::shared_ptr<const Entry>> entries_ ABSL_GUARDED_BY(mutex_);  // by uid
};

}  // namespace qalam
