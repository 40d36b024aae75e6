#include "server/http/event_subscription.h"

namespace qalam::http {

void EventSubscription::Push(const std::vector<EventText>& texts) {
  absl::MutexLock lock(&mutex_);
  if (closed_) return;
  for (const auto& text : texts) {
    bytes_ += text->size();
    texts_.push_back(text);
  }
  if (bytes_ <= kMostBytes) return;
  closed_ = true;
  texts_.clear();
  bytes_ = 0;
}

std::optional<std::string> EventSubscription::Next(Duration longest) {
  const auto has_news = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return closed_ || !texts_.empty();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.AwaitWithTimeout(absl::Condition(&has_news), longest);
  if (closed_) return std::nullopt;
  std::string text;
  text.reserve(bytes_);
  for (const auto& part : texts_) text += *part;
  texts_.clear();
  bytes_ = 0;
  return text;
}

void EventSubscription::Close() {
  absl::MutexLock lock(&mutex_);
  closed_ = true;
  texts_.clear();
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
