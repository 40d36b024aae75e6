// How an experiment's best value went, small enough for a row of a list.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <string>
#include <vector>

#include "db/store.h"

namespace qalam {

inline constexpr int64_t kMostSparklineValues = 32;

// The best value after each of at most kMostSparklineValues equal parts of the trials, by number,
// from the first part that has one. `incumbents` as Store::ListIncumbents gives them.
std::vector<double> Sparkline(const std::vector<Incumbent>& incumbents, int64_t trial_count);

// Keeps what the store answered for as long as no further trial has ended well. Thread-safe.
class SparklineCache {
 public:
  // `counts` of the experiment, as CountTrials gives them.
  StatusOr<std::vector<double>> Get(Store& store, const std::string& experiment_uid,
                                    ObjectiveType type, const TrialCounts& counts);

 private:
  struct Entry {
    int64_t ended_well = 0;
    std::vector<Incumbent> incumbents;
  };
  absl::Mutex mutex_;
  std::map<std::string, Entry> entries_ ABSL_GUARDED_BY(mutex_);  // by the experiment's uid
};

}  // namespace qalam
