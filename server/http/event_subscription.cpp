#include "server/http/event_subscription.h"

namespace qalam::http {

namespace {

constexpr std::string_view kBlankLine = "\n";

}  // namespace

void EventSubscription::Push(const std::vector<Event>& events) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  for (const auto& event : events) {
    bytes_ += event.text->size() + (event.id != nullptr ? event.id->size() : kBlankLine.size());
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
  bool shows_some = false;  // of the batch: of one that is hidden whole not even the id is shown
  for (const auto& event : events) {
    StatusOr<bool> may_see = true;
    if (visible_ != nullptr && !event.name_space.empty()) may_see = visible_(event.name_space);
    if (!may_see.ok()) return std::nullopt;
    if (*may_see) text += *event.text;
    shows_some = shows_some || *may_see;
    if (event.id == nullptr) {
      if (*may_see) text += kBlankLine;
      continue;
    }
    if (shows_some) text += *event.id;
    shows_some = false;
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
