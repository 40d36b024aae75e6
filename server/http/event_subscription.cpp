#include "server/http/event_subscription.h"

namespace qalam::http {

void EventSubscription::Push(const std::vector<Event>& events) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  for (const auto& event : events) {
    bytes_ += event.text->size();
    events_.push_back(event);
  }
  if (bytes_ <= kMostBytes) return;
  closed_ = true;
  events_.clear();
  bytes_ = 0;
}

std::optional<std::string> EventSubscription::Next(Duration longest) {
  const auto has_news = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || !events_.empty();
  };
  std::deque<Event> events;
  {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&has_news), longest);
    if (closed_) return std::nullopt;
    events.swap(events_);
    bytes_ = 0;
  }
  std::string text;
  for (const auto& event : events) {
    if (visible_ != nullptr && !event.name_space.empty()) {
      const auto may_see = visible_(event.name_space);
      if (!may_see.ok()) return std::nullopt;
      if (!*may_see) continue;
    }
    text += *event.text;
  }
  return text;
}

void EventSubscription::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  events_.clear();
  bytes_ = 0;
}

bool EventSubscription::is_closed() const {
  absl::MutexLock lock(&mutex_);
  return closed_;
}

size_t EventSubscription::bytes() const {
  absl::MutexLock lock(&mutex_);
  return bytes_;
}

}  // namespace qalam::http
