// The slots of this machine, handed out to trials' folders.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <map>
#include <string>
#include <vector>

#include "controller/operators/machine_capacity.h"
#include "controller/operators/slots.h"

namespace qalam {

// Thread-safe. What a trial has is written into its folder before the trial can begin, so that the
// next process finds it there.
class ProcessSlots {
 public:
  explicit ProcessSlots(const CapacityOptions& options)
      : options_(options), slots_(CapacityWithoutGpus(options)) {}

  // FAILED_PRECONDITION, with what there is, for what never fits.
  Status CheckFits(const Resources& need);
  // As Slots::Ask. A trial that says nothing of what it takes has no slot.
  StatusOr<Room> Take(const std::string& folder, const Resources& need);
  // Takes again what the folder says that its trial has; false when it says nothing.
  bool Restore(const std::string& folder);
  bool Holds(const std::string& folder) const;
  // Returns the folders of those who wait and now find room.
  std::vector<std::string> Release(const std::string& folder);

 private:
  void FindGpus(const Resources& need) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const CapacityOptions options_;
  mutable absl::Mutex mutex_;
  Slots slots_ ABSL_GUARDED_BY(mutex_);
  // Only once a trial wants some: to look for them takes a while.
  bool knows_gpus_ ABSL_GUARDED_BY(mutex_) = false;
};

// What one of the `count` processes of a trial has of its room: an equal part of the cores, and of
// the GPUs where they can be parted equally; else every process sees all of them.
Room ShareOf(const Room& room, size_t index, size_t count);

// What a trial with this room has in its environment unless it says otherwise: as many threads as
// whole cores, at least one. Empty when it asked for no cores.
std::map<std::string, std::string> ThreadEnvironment(const Room& room);
// What it has in any case: the GPUs that are its own.
std::map<std::string, std::string> GpuEnvironment(const Room& room);

}  // namespace qalam
