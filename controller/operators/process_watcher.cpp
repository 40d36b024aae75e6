#include "controller/operators/process_watcher.h"

#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

namespace qalam {

namespace {

int OpenProcess(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

void AddToEpoll(int epoll, int fd) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = fd;
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

}  // namespace

ProcessWatcher::ProcessWatcher(CollectorPool& pool)
    : pool_(pool),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  AddToEpoll(epoll_.get(), inotify_.get());
  AddToEpoll(epoll_.get(), notices_.wake());
  thread_ = std::thread([this] { Run(); });
}

ProcessWatcher::~ProcessWatcher() {
  notices_.End();
  thread_.join();
}

void ProcessWatcher::Insert(Watched watched, const std::string& spool_path) {
  const int fd = watched.collector.socket.get();
  if (!spool_path.empty()) {
    watched.spool_watch = inotify_add_watch(inotify_.get(), spool_path.c_str(), IN_MODIFY);
    if (watched.spool_watch >= 0) by_spool_[watched.spool_watch] = watched.handle;
  }
  by_handle_.emplace(watched.handle, fd);
  watched_.emplace(fd, std::move(watched));
  AddToEpoll(epoll_.get(), fd);
}

void ProcessWatcher::Add(const std::string& handle, PooledCollector collector,
                         const std::string& spool_path) {
  absl::MutexLock lock(&mutex_);
  Insert({.handle = handle, .collector = std::move(collector)}, spool_path);
}

bool ProcessWatcher::Adopt(const std::string& handle, pid_t pid, const std::string& spool_path) {
  FileDescriptor process(OpenProcess(pid));
  if (!process.valid()) return false;
  absl::MutexLock lock(&mutex_);
  if (by_handle_.contains(handle)) return true;
  Insert(
      {.handle = handle, .collector = {.pid = pid, .socket = std::move(process)}, .adopted = true},
      spool_path);
  return true;
}

bool ProcessWatcher::IsWatched(const std::string& handle) const {
  absl::MutexLock lock(&mutex_);
  return by_handle_.contains(handle);
}

void ProcessWatcher::ReadInotify(std::set<std::string>& changed) {
  ReadInotifyEvents(inotify_.get(), [&](const inotify_event& event) {
    absl::MutexLock lock(&mutex_);
    const auto entry = by_spool_.find(event.wd);
    if (entry != by_spool_.end()) changed.insert(entry->second);
  });
}

// The collector's trial has ended, or the collector has.
void ProcessWatcher::ReadCollector(int fd, std::set<std::string>& changed) {
  Watched watched;
  {
    absl::MutexLock lock(&mutex_);
    const auto entry = watched_.find(fd);
    if (entry == watched_.end()) return;
    watched = std::move(entry->second);
    watched_.erase(entry);
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    auto [at, end] = by_handle_.equal_range(watched.handle);
    while (at != end && at->second != fd) ++at;
    if (at != end) by_handle_.erase(at);
    if (watched.spool_watch >= 0 && !by_handle_.contains(watched.handle)) {
      inotify_rm_watch(inotify_.get(), watched.spool_watch);
      by_spool_.erase(watched.spool_watch);
    }
  }
  changed.insert(watched.handle);
  if (watched.adopted) return;
  char ended;
  if (recv(fd, &ended, 1, 0) == 1) {
    pool_.GiveBack(std::move(watched.collector));
    return;
  }
  while (waitpid(watched.collector.pid, nullptr, 0) < 0 && errno == EINTR) {
  }
}

void ProcessWatcher::Run() {
  constexpr int kEvents = 64;
  epoll_event events[kEvents];
  while (true) {
    const int count = epoll_wait(epoll_.get(), events, kEvents, -1);
    std::set<std::string> changed;
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == notices_.wake()) {
        if (!notices_.Take(changed)) return;
      } else if (fd == inotify_.get()) {
        ReadInotify(changed);
      } else {
        ReadCollector(fd, changed);
      }
    }
    for (const auto& handle : changed) changed_(handle);
  }
}

}  // namespace qalam
