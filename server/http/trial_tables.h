#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <list>
#include <memory>
#include <string>

#include "db/store.h"
#include "server/analysis/trial_table.h"
#include "server/change_log.h"

namespace qalam::http {

// What is known of an experiment's trials at one moment.
struct TrialsNow {
  std::shared_ptr<const TrialTable> table;
  uint64_t change = 0;  // all changes up to this one are in it
};

// The trials of the experiments that were asked for last, as columns, kept and brought up to date
// from the change log. Thread-safe.
class TrialTables {
 public:
  // Tables that are kept at once, and trials in them all; one that was just asked for is kept
  // however large it is.
  static constexpr size_t kMostTables = 16;
  static constexpr size_t kMostTrials = 400'000;

  // They must outlive it.
  TrialTables(Store& store, ChangeLog& changes) : store_(store), changes_(changes) {}

  // The table does not change while it is held; a later one is another.
  StatusOr<TrialsNow> Get(const ExperimentRecord& experiment);

  // The answer of GET .../table, compressed, and what makes it differ from others.
  struct Printed {
    std::shared_ptr<const std::string> gzip;
    uint64_t change = 0;    // as in TrialsNow
    uint64_t sequence = 0;  // the experiment's last change that is in it
  };
  StatusOr<Printed> Print(const ExperimentRecord& experiment);

 private:
  struct Entry {
    std::string uid;
    // Held while the store is read, on purpose: a second reader would read the same again.
    absl::Mutex mutex;
    std::shared_ptr<TrialTable> table ABSL_GUARDED_BY(mutex);
    uint64_t seen ABSL_GUARDED_BY(mutex) = 0;
    Printed printed ABSL_GUARDED_BY(mutex);
  };

  std::shared_ptr<Entry> EntryOf(const std::string& uid);
  Status CatchUp(const ExperimentRecord& experiment, Entry& entry)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(entry.mutex);
  void DropOld() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Store& store_;
  ChangeLog& changes_;
  absl::Mutex mutex_;
  // The last one asked for comes first.
  std::list<std::pair<std::shared_ptr<Entry>, size_t>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::http
