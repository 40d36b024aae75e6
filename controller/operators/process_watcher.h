#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "base/files.h"
#include "controller/operators/change_notices.h"
#include "controller/operators/collector_pool.h"

namespace qalam {

// Tells when trials end and when their spools grow: one thread over the sockets of this process's
// own collectors, pidfds of those that another process started, and inotify.
class ProcessWatcher {
 public:
  // Collectors go back to the pool when their trial has ended; it must outlive the watcher.
  explicit ProcessWatcher(CollectorPool& pool);
  ~ProcessWatcher();
  ProcessWatcher(const ProcessWatcher&) = delete;
  ProcessWatcher& operator=(const ProcessWatcher&) = delete;

  // As ChangeCall::Set.
  void OnChange(std::function<void(const std::string& handle)> changed) {
    changed_.Set(std::move(changed));
  }
  // Watches the collector that runs the handle's trial. `spool_path` may be empty.
  void Add(const std::string& handle, PooledCollector collector, const std::string& spool_path);
  // Watches another's collector, once for each handle. False when the process has already gone.
  bool Adopt(const std::string& handle, pid_t pid, const std::string& spool_path);
  // Has the change function called with the handle, from the watcher's thread.
  void Announce(const std::string& handle) { notices_.Announce(handle); }
  // Whether a collector of the handle is still at work.
  bool IsWatched(const std::string& handle) const;

 private:
  struct Watched {
    std::string handle;
    PooledCollector collector;  // of another's, the socket is a pidfd
    bool adopted = false;
    int spool_watch = -1;
  };

  void Insert(Watched watched, const std::string& spool_path) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run();
  void ReadInotify(std::set<std::string>& changed);
  void ReadCollector(int fd, std::set<std::string>& changed);

  CollectorPool& pool_;
  const FileDescriptor epoll_;
  const FileDescriptor inotify_;
  ChangeNotices notices_;
  mutable absl::Mutex mutex_;
  std::map<int, Watched> watched_ ABSL_GUARDED_BY(mutex_);  // by socket or pidfd
  // Two callers may submit one trial at once: two collectors then run for a moment.
  std::multimap<std::string, int> by_handle_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::string> by_spool_ ABSL_GUARDED_BY(mutex_);  // inotify watch to handle
  ChangeCall changed_;
  std::thread thread_;
};

}  // namespace qalam
