#include "controller/operators/change_notices.h"

#include <sys/eventfd.h>
#include <unistd.h>

namespace qalam {

void ChangeCall::Set(std::function<void(const std::string&)> changed) {
  absl::MutexLock lock(&calling_);
  changed_ = std::move(changed);
}

void ChangeCall::operator()(const std::string& handle) {
  absl::MutexLock lock(&calling_);
  if (changed_) changed_(handle);
}

ChangeNotices::ChangeNotices() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void ChangeNotices::Announce(const std::string& handle) {
  {
    absl::MutexLock lock(&mutex_);
    announced_.insert(handle);
  }
  eventfd_write(wake_.get(), 1);
}

void ChangeNotices::End() {
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
  }
  eventfd_write(wake_.get(), 1);
}

bool ChangeNotices::Take(std::set<std::string>& changed) {
  eventfd_t count;
  eventfd_read(wake_.get(), &count);
  absl::MutexLock lock(&mutex_);
  changed.merge(announced_);
  announced_.clear();
  return !ending_;
}

void ReadInotifyEvents(int inotify, const std::function<void(const inotify_event&)>& take) {
  alignas(inotify_event) char buffer[16 << 10];
  while (true) {
    const ssize_t got = read(inotify, buffer, sizeof(buffer));
    if (got <= 0) return;
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
      take(*event);
    }
  }
}

}  // namespace qalam
