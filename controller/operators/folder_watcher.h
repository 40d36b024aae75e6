// Tells when collectors write into their trials' folders, also from other machines.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <absl/time/time.h>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>

#include "base/files.h"
#include "controller/operators/change_notices.h"

namespace qalam {

// One thread that looks at each folder once in a while, since no kernel tells of what another
// machine writes, and at once where this machine's kernel does tell.
class FolderWatcher {
 public:
  explicit FolderWatcher(absl::Duration look_interval);
  ~FolderWatcher();
  FolderWatcher(const FolderWatcher&) = delete;
  FolderWatcher& operator=(const FolderWatcher&) = delete;

  // As ChangeCall::Set.
  void OnChange(std::function<void(const std::string& folder)> changed) {
    changed_.Set(std::move(changed));
  }
  void Add(const std::string& folder);
  void Remove(const std::string& folder);
  // Has the change function called with the folder, from the watcher's thread.
  void Announce(const std::string& folder) { notices_.Announce(folder); }

 private:
  struct Watched {
    uint64_t spool_bytes = 0;
    bool has_claim = false, has_result = false;
    int folder_watch = -1, spool_watch = -1;
  };

  void Run();
  void ReadInotify(std::set<std::string>& changed);
  void LookAtAll(std::set<std::string>& changed);

  const absl::Duration look_interval_;
  const FileDescriptor inotify_;
  ChangeNotices notices_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Watched> watched_ ABSL_GUARDED_BY(mutex_);
  std::map<int, std::string> by_watch_ ABSL_GUARDED_BY(mutex_);  // inotify watch to folder
  ChangeCall changed_;
  std::thread thread_;
};

// Has the folder's names read anew where it lies on another machine: a network's file system may
// otherwise go on for a while with what it saw before.
void ReadFolderAnew(const std::string& folder);

}  // namespace qalam
