// What has changed in the store since this process began, in order: gRPC's watchers, the event
// streams and the caches follow it.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "db/store.h"

namespace qalam {

struct Change {
  enum class Kind {
    kExperiment,  // created or updated
    kTrial,       // created or updated
    kPoints,      // points were appended
    kDeleted,     // the experiment is gone with all that belongs to it
  };
  Kind kind = Kind::kExperiment;
  std::string experiment_uid;
  std::string trial_uid;                                   // kTrial, kPoints
  std::string name_space, name;                            // kDeleted
  std::shared_ptr<const std::vector<MetricPoint>> points;  // kPoints
  uint64_t sequence = 0;                                   // set by the log
};

// Thread-safe. Bounded: the oldest changes are forgotten.
class ChangeLog {
 public:
  static constexpr size_t kMostChanges = 1 << 16;
  static constexpr size_t kMostPoints = 200'000;

  ChangeLog();

  // A name of this log: sequences of another one mean nothing here.
  const std::string& epoch() const { return epoch_; }
  // Gives them the next sequences, from 1.
  void Publish(std::vector<Change> changes);

  // The sequence of the last change of all, or 0.
  uint64_t Sequence() const;
  // The sequence of the experiment's last change, or 0 when there was none.
  uint64_t Sequence(const std::string& experiment_uid) const;
  // Returns once Sequence() is above `seen`, at the deadline or after Wake(), with Sequence().
  uint64_t WaitPast(uint64_t seen, Time deadline);
  // Likewise for the experiment, or for all where it is empty; a Wake() does not end it.
  uint64_t WaitPast(const std::string& experiment_uid, uint64_t seen, Duration timeout) const;
  // Ends one WaitPast(seen, deadline), the next if none waits now.
  void Wake();

  // Calls `visit` for every change after `sequence`, in order, and sets `*last` to the sequence of
  // the last one that was there. False when some of them are forgotten. `visit` must be quick and
  // must not call the log.
  bool ForEachSince(uint64_t sequence, const std::function<void(const Change&)>& visit,
                    uint64_t* last) const;

 private:
  void Forget() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string epoch_;
  mutable absl::Mutex mutex_;
  std::deque<Change> changes_ ABSL_GUARDED_BY(mutex_);
  uint64_t sequence_ ABSL_GUARDED_BY(mutex_) = 0;
  size_t points_ ABSL_GUARDED_BY(mutex_) = 0;
  bool woken_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, uint64_t> sequences_ ABSL_GUARDED_BY(mutex_);  // by experiment uid
};

}  // namespace qalam
