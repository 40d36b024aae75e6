#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <httplib.h>

#include <atomic>
#include <deque>
#include <functional>
#include <thread>
#include <vector>

namespace qalam::http {

// Threads for httplib, which gives each open connection one: they are made when they are needed and
// kept. With `most_threads` connections open, further ones wait to be accepted.
class ConnectionPool final : public httplib::TaskQueue {
 public:
  // `is_crowded` is true while connections wait for a thread; it must outlive the pool.
  ConnectionPool(size_t most_threads, std::atomic<bool>& is_crowded)
      : most_threads_(most_threads), is_crowded_(is_crowded) {}

  // Blocks while all threads are busy: the kernel's queue of connections is bounded, too.
  void enqueue(std::function<void()> connection) override;
  void shutdown() override;

 private:
  void Work();

  const size_t most_threads_;
  std::atomic<bool>& is_crowded_;
  absl::Mutex mutex_;
  std::deque<std::function<void()>> waiting_ ABSL_GUARDED_BY(mutex_);
  size_t idle_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace qalam::http
