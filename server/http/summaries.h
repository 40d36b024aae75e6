#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "db/store.h"
#include "server/change_log.h"
#include "server/document_cache.h"

namespace qalam::http {

// An experiment as lists show it.
struct ExperimentSummary {
  std::string uid, name_space, name, algorithm;
  ExperimentState state = ExperimentState::kCreated;
  Time created, completed;
  std::optional<double> best;
  TrialCounts counts;
  std::string json;  // ExperimentSummary of the API
};

// Of every experiment, kept and brought up to date from the change log. Thread-safe.
class Summaries {
 public:
  // They must outlive it.
  Summaries(Store& store, ChangeLog& changes) : store_(store), changes_(changes) {}

  // In (created, uid) order.
  StatusOr<std::vector<std::shared_ptr<const ExperimentSummary>>> List();
  // Null when there is no such experiment.
  StatusOr<std::shared_ptr<const ExperimentSummary>> Get(const std::string& uid);

 private:
  struct Entry {
    std::shared_ptr<const ExperimentSummary> summary;
    bool is_current = false;
    std::vector<Incumbent> incumbents;
    bool has_incumbents = false;
    std::set<std::string> changed_trials;  // since the incumbents were read
  };

  Status CatchUp() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status Refresh(const std::string& uid, Entry& entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status Refresh(const ExperimentRecord& record, Entry& entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Status ReadIncumbents(const std::string& uid, ObjectiveType type, Entry& entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  ChangeLog& changes_;
  DocumentCache documents_;
  // Held while the store is read, on purpose: a second reader would read the same again.
  absl::Mutex mutex_;
  bool is_loaded_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t seen_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);  // by uid
};

// Takes a trial's objective into the incumbents, as Store::ListIncumbents gives them.
void AddToIncumbents(const Incumbent& trial, ObjectiveType type,
                     std::vector<Incumbent>& incumbents);

}  // namespace qalam::http
