// What tells an operator's Watch that something has changed.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <sys/inotify.h>

#include <functional>
#include <set>
#include <string>

#include "base/files.h"

namespace qalam {

// The function that Watch was given, called by one thread at a time.
class ChangeCall {
 public:
  // Waits for a call in flight: once it has returned, only the new function is called. Not to be
  // called from within one.
  void Set(std::function<void(const std::string& handle)> changed);
  // Nothing without a function.
  void operator()(const std::string& handle);

 private:
  absl::Mutex calling_;  // held during a call of changed_
  std::function<void(const std::string&)> changed_ ABSL_GUARDED_BY(calling_);
};

// What other threads have to say to a watcher's thread, which waits until wake() can be read.
class ChangeNotices {
 public:
  ChangeNotices();

  int wake() const { return wake_.get(); }
  void Announce(const std::string& handle);
  // That the thread is to end.
  void End();
  // Moves what was announced to `changed`. False when the thread is to end.
  bool Take(std::set<std::string>& changed);

 private:
  const FileDescriptor wake_;  // an eventfd
  absl::Mutex mutex_;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<std::string> announced_ ABSL_GUARDED_BY(mutex_);
};

// Calls take(event) for all that the kernel has to tell; does not wait.
void ReadInotifyEvents(int inotify, const std::function<void(const inotify_event&)>& take);

}  // namespace qalam
