#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/status.h"

namespace qalam::http {

// Part of a stream: whole lines of server-sent events. Shared by all streams that it goes to.
using EventText = std::shared_ptr<const std::string>;

// Whether what is in the namespace may be told of. May block.
using Visible = std::function<StatusOr<bool>(const std::string& name_space)>;

struct Event {
  EventText text;
  std::string name_space{};  // what it tells of; empty: nothing that could be hidden
  // Of the last of a batch: the line that says how far the client is then.
  EventText id{};
};

// What one client is still to be sent. The hub pushes, the client's thread takes. Thread-safe.
class EventSubscription {
 public:
  // `visible` is asked by the client's thread, so that the others do not wait; null: all is
  // visible.
  explicit EventSubscription(Visible visible = nullptr) : visible_(std::move(visible)) {}

  // A client that leaves so much unread is dropped; it comes back and resumes.
  static constexpr size_t kMostBytes = 8 << 20;

  // Drops the client instead when it has too much unread.
  void Push(const std::vector<Event>& events);
  // All that has come and may be told of; "" after `longest` without anything; nullopt once it is
  // closed, or when it is not known what may be told: a client that comes back resumes.
  std::optional<std::string> Next(Duration longest);
  void Close();
  bool is_closed() const;
  size_t bytes() const;

 private:
  const Visible visible_;
  mutable absl::Mutex mutex_;
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace qalam::http
