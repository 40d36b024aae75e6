#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <sys/types.h>

#include <string>
#include <vector>

#include "base/files.h"
#include "base/status.h"

namespace qalam {

// A collector that takes one trial after another. It belongs to one owner at a time: the pool while
// it is idle, the watcher while it runs a trial.
struct PooledCollector {
  pid_t pid = -1;
  // Packets to it are folders to run; one byte comes back for each that has ended, and the end of
  // the stream when the collector is gone.
  FileDescriptor socket;
};

// Idle collectors, so that a trial costs the start of one process and not of two. When this process
// dies the idle ones end at once, and the others after their trial. Thread-safe.
class CollectorPool {
 public:
  // `program` is the path of qalam-collector.
  explicit CollectorPool(std::string program) : program_(std::move(program)) {}
  // Idle collectors end; they are waited for.
  ~CollectorPool();
  CollectorPool(const CollectorPool&) = delete;
  CollectorPool& operator=(const CollectorPool&) = delete;

  // Hands the folder to an idle collector, or to a new one, and returns it.
  StatusOr<PooledCollector> Run(const std::string& directory);
  // It has ended its trial.
  void GiveBack(PooledCollector collector);

 private:
  StatusOr<PooledCollector> Start() const;

  const std::string program_;
  absl::Mutex mutex_;
  std::vector<PooledCollector> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam
