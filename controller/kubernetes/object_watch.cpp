#include "controller/kubernetes/object_watch.h"

#include <absl/time/clock.h>

#include "controller/kubernetes/back_off.h"

namespace qalam::kubernetes {

ObjectWatch::ObjectWatch(Client& client, ObjectPath path, std::string label_selector,
                         WatchHandlers handlers, WatchOptions options)
    : client_(client),
      path_(std::move(path)),
      label_selector_(std::move(label_selector)),
      handlers_(std::move(handlers)),
      options_(options),
      thread_([this] { Run(); }) {}

ObjectWatch::~ObjectWatch() {
  cancellation_.Cancel();
  thread_.join();
}

void ObjectWatch::Run() {
  BackOff back_off(options_.first_delay, options_.longest_delay,
                   static_cast<uint64_t>(absl::ToUnixNanos(absl::Now())));
  while (!cancellation_.IsCancelled()) {
    const Status status = resource_version_.empty() ? ListAll() : WatchOnce();
    if (cancellation_.IsCancelled()) return;
    if (status.ok()) {
      back_off.Reset();
      continue;
    }
    // Too old: everything is asked for anew.
    const bool expired = status.code() == StatusCode::kOutOfRange;
    if (expired || status.code() == StatusCode::kNotFound) resource_version_.clear();
    if (std::exchange(heard_, false)) {
      back_off.Reset();
      // A watch that was cut after it had worked is no news.
      if (expired || status.code() == StatusCode::kUnavailable) continue;
    }
    if (!expired) handlers_.reached(status);
    if (!cancellation_.SleepFor(back_off.Next())) return;
  }
}

Status ObjectWatch::ListAll() {
  ASSIGN_OR_RETURN(auto list, client_.List(path_, label_selector_, &cancellation_));
  resource_version_ = list.resource_version;
  handlers_.replaced(std::move(list.items));
  return absl::OkStatus();
}

Status ObjectWatch::WatchOnce() {
  // Spread, so that watches that began together do not end together.
  const int64_t nanoseconds = absl::ToUnixNanos(absl::Now());
  const Duration time =
      options_.shortest + options_.shortest * (static_cast<double>(nanoseconds % 1000) / 1000);
  return client_.Watch(
      path_, label_selector_, resource_version_, time,
      [this] { handlers_.reached(absl::OkStatus()); },
      [this](WatchEvent event) { Take(std::move(event)); }, cancellation_);
}

void ObjectWatch::Take(WatchEvent event) {
  const std::string version = MetadataText(event.object, "resourceVersion");
  if (!version.empty()) resource_version_ = version;
  heard_ = true;
  switch (event.type) {
    case WatchEvent::Type::kAdded:
    case WatchEvent::Type::kModified:
      return handlers_.changed(std::move(event.object));
    case WatchEvent::Type::kDeleted:
      return handlers_.deleted(std::move(event.object));
    case WatchEvent::Type::kBookmark:
      return;
  }
}

}  // namespace qalam::kubernetes
