#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"

namespace qalam::http {

// Part of a stream: whole lines of server-sent events. Shared by all streams that it goes to.
using EventText = std::shared_ptr<const std::string>;

// What one client is still to be sent. The hub pushes, the client's thread takes. Thread-safe.
class EventSubscription {
 public:
  // A client that leaves so much unread is dropped; it comes back and resumes.
  static constexpr size_t kMostBytes = 8 << 20;

  // Drops the client instead when it has too much unread.
  void Push(const std::vector<EventText>& texts);
  // All that has come; "" after `longest` without anything; nullopt once it is closed.
  std::optional<std::string> Next(Duration longest);
  void Close();
  bool is_closed() const;
  size_t bytes() const;

 private:
  mutable absl::Mutex mutex_;
  std::deque<EventText> texts_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace qalam::http
