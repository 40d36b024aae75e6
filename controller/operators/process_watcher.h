#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "base/files.h"

namespace qalam {

// Tells when collectors end and when their spools grow: one thread over pidfds and inotify.
class ProcessWatcher {
 public:
  ProcessWatcher();
  ~ProcessWatcher();
  ProcessWatcher(const ProcessWatcher&) = delete;
  ProcessWatcher& operator=(const ProcessWatcher&) = delete;

  void OnChange(std::function<void(const std::string& handle)> changed);
  // Begins to watch the process, which may be another's child, and the spool. A second call for the
  // same handle does nothing. False when the process has already gone.
  bool Add(const std::string& handle, pid_t pid, const std::string& spool_path);
  // Whether the process is still there.
  bool IsWatched(const std::string& handle) const;

 private:
  struct Watched {
    pid_t pid = -1;
    FileDescriptor process;
    int spool_watch = -1;
  };

  void Run();
  void ReadInotify(std::set<std::string>& changed);

  const FileDescriptor epoll_;
  const FileDescriptor inotify_;
  const FileDescriptor wake_;  // an eventfd: the thread is to end
  mutable absl::Mutex mutex_;
  std::map<std::string, Watched> watched_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::string> by_process_ ABSL_GUARDED_BY(mutex_);  // pidfd to handle
  std::map<int, std::string> by_spool_ ABSL_GUARDED_BY(mutex_);    // inotify watch to handle
  std::function<void(const std::string&)> changed_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace qalam
