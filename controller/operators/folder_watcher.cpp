#include "controller/operators/folder_watcher.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <vector>

#include "base/clock.h"
#include "controller/collector/job.h"

namespace qalam {

namespace {

// By opening it, since then a network's file system asks for its true size.
uint64_t SizeOf(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (!file.valid() || fstat(file.get(), &status) != 0) return 0;
  return static_cast<uint64_t>(status.st_size);
}

}  // namespace

void ReadFolderAnew(const std::string& folder) {
  DIR* const opened = opendir(folder.c_str());
  if (opened == nullptr) return;
  readdir(opened);
  closedir(opened);
}

FolderWatcher::FolderWatcher(absl::Duration look_interval)
    : look_interval_(look_interval), inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  thread_ = std::thread([this] { Run(); });
}

FolderWatcher::~FolderWatcher() {
  notices_.End();
  thread_.join();
}

void FolderWatcher::Add(const std::string& folder) {
  const std::string spool = folder + "/" + collector::kSpoolFile;
  absl::MutexLock lock(&mutex_);
  if (watched_.contains(folder)) return;
  Watched& watched = watched_[folder];
  // Without these, as where the kernel has no more to give, the looks remain.
  watched.folder_watch =
      inotify_add_watch(inotify_.get(), folder.c_str(), IN_MOVED_TO | IN_CREATE | IN_ONLYDIR);
  watched.spool_watch = inotify_add_watch(inotify_.get(), spool.c_str(), IN_MODIFY);
  for (const int watch : {watched.folder_watch, watched.spool_watch}) {
    if (watch >= 0) by_watch_[watch] = folder;
  }
}

void FolderWatcher::Remove(const std::string& folder) {
  absl::MutexLock lock(&mutex_);
  const auto entry = watched_.find(folder);
  if (entry == watched_.end()) return;
  for (const int watch : {entry->second.folder_watch, entry->second.spool_watch}) {
    if (watch < 0) continue;
    inotify_rm_watch(inotify_.get(), watch);
    by_watch_.erase(watch);
  }
  watched_.erase(entry);
}

void FolderWatcher::ReadInotify(std::set<std::string>& changed) {
  ReadInotifyEvents(inotify_.get(), [&](const inotify_event& event) {
    absl::MutexLock lock(&mutex_);
    const auto entry = by_watch_.find(event.wd);
    if (entry == by_watch_.end()) return;
    // Of what the command itself makes there nobody wants to know.
    const std::string name = event.len > 0 ? event.name : "";
    if (name.empty() || name == collector::kResultFile || name == collector::kClaimFile) {
      changed.insert(entry->second);
    }
  });
}

void FolderWatcher::LookAtAll(std::set<std::string>& changed) {
  std::vector<std::string> folders;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [folder, watched] : watched_) folders.push_back(folder);
  }
  for (const auto& folder : folders) {
    ReadFolderAnew(folder);
    const uint64_t bytes = SizeOf(folder + "/" + collector::kSpoolFile);
    const bool has_claim = FileExists(folder + "/" + collector::kClaimFile);
    const bool has_result = FileExists(folder + "/" + collector::kResultFile);
    absl::MutexLock lock(&mutex_);
    const auto entry = watched_.find(folder);
    if (entry == watched_.end()) continue;
    Watched& watched = entry->second;
    if (watched.spool_bytes != bytes || watched.has_claim != has_claim ||
        watched.has_result != has_result) {
      changed.insert(folder);
    }
    watched.spool_bytes = bytes;
    watched.has_claim = has_claim;
    watched.has_result = has_result;
  }
}

void FolderWatcher::Run() {
  Time next_look = SteadyNow() + look_interval_;
  while (true) {
    pollfd waited[2] = {{inotify_.get(), POLLIN, 0}, {notices_.wake(), POLLIN, 0}};
    const auto left = absl::ToInt64Milliseconds(next_look - SteadyNow());
    poll(waited, 2, static_cast<int>(std::clamp<int64_t>(left, 0, 60'000)));
    std::set<std::string> changed;
    if (!notices_.Take(changed)) return;
    ReadInotify(changed);
    if (SteadyNow() >= next_look) {
      LookAtAll(changed);
      next_look = SteadyNow() + look_interval_;
    }
    for (const auto& folder : changed) changed_(folder);
  }
}

}  // namespace qalam
