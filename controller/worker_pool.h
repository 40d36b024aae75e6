#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace qalam {

// Threads for calls that block. The queue is bounded by those who fill it: one job for each trial
// and experiment at a time.
class WorkerPool {
 public:
  explicit WorkerPool(int threads);
  // Lets running jobs end and drops those that wait.
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  void Run(std::function<void()> job);
  int waiting() const;  // jobs that no thread has taken yet
  int busy() const;     // threads at work

 private:
  void Work();

  mutable absl::Mutex mutex_;
  std::deque<std::function<void()>> jobs_ ABSL_GUARDED_BY(mutex_);
  int busy_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace qalam
