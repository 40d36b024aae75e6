#include "controller/operators/process_watcher.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

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

ProcessWatcher::ProcessWatcher()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      inotify_(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  AddToEpoll(epoll_.get(), inotify_.get());
  AddToEpoll(epoll_.get(), wake_.get());
  thread_ = std::thread([this] { Run(); });
}

ProcessWatcher::~ProcessWatcher() {
  eventfd_write(wake_.get(), 1);
  thread_.join();
}

void ProcessWatcher::OnChange(std::function<void(const std::string&)> changed) {
  absl::MutexLock lock(&mutex_);
  changed_ = std::move(changed);
}

bool ProcessWatcher::Add(const std::string& handle, pid_t pid, const std::string& spool_path) {
  FileDescriptor process(OpenProcess(pid));
  if (!process.valid()) return false;
  absl::MutexLock lock(&mutex_);
  if (watched_.contains(handle)) return true;
  Watched& entry = watched_[handle];
  entry.pid = pid;
  entry.spool_watch = inotify_add_watch(inotify_.get(), spool_path.c_str(), IN_MODIFY);
  if (entry.spool_watch >= 0) by_spool_[entry.spool_watch] = handle;
  by_process_[process.get()] = handle;
  AddToEpoll(epoll_.get(), process.get());
  entry.process = std::move(process);
  return true;
}

bool ProcessWatcher::IsWatched(const std::string& handle) const {
  absl::MutexLock lock(&mutex_);
  return watched_.contains(handle);
}

void ProcessWatcher::ReadInotify(std::set<std::string>& changed) {
  alignas(inotify_event) char buffer[16 << 10];
  while (true) {
    const ssize_t got = read(inotify_.get(), buffer, sizeof(buffer));
    if (got <= 0) return;
    absl::MutexLock lock(&mutex_);
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
      const auto entry = by_spool_.find(event->wd);
      if (entry != by_spool_.end()) changed.insert(entry->second);
    }
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
      if (fd == wake_.get()) return;
      if (fd == inotify_.get()) {
        ReadInotify(changed);
        continue;
      }
      absl::MutexLock lock(&mutex_);
      const auto entry = by_process_.find(fd);
      if (entry == by_process_.end()) continue;
      const std::string handle = entry->second;
      Watched& watched = watched_[handle];
      // Only our own children can be, and must be, reaped.
      waitpid(watched.pid, nullptr, WNOHANG);
      if (watched.spool_watch >= 0) {
        inotify_rm_watch(inotify_.get(), watched.spool_watch);
        by_spool_.erase(watched.spool_watch);
      }
      by_process_.erase(entry);
      watched_.erase(handle);  // closes the pidfd, which takes it out of the epoll set
      changed.insert(handle);
    }
    std::function<void(const std::string&)> call;
    {
      absl::MutexLock lock(&mutex_);
      call = changed_;
    }
    if (!call) continue;
    for (const auto& handle : changed) call(handle);
  }
}

}  // namespace qalam
