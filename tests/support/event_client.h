#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>
#include <httplib.h>

#include <atomic>
#include <deque>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "base/clock.h"

namespace qalam {

struct ServerEvent {
  std::string name;
  nlohmann::ordered_json data;
};

// Reads a stream of server-sent events over a socket of its own, until it is destroyed.
class EventClient {
 public:
  EventClient(int port, const std::string& query, const httplib::Headers& headers = {})
      : client_("127.0.0.1", port) {
    client_.set_read_timeout(60);
    thread_ = std::thread([this, query, headers] {
      client_.Get(
          "/api/v1/events?" + query, headers,
          [this](const httplib::Response& response) {
            absl::MutexLock lock(&mutex_);
            status_ = response.status;
            return true;
          },
          [this](const char* data, size_t size) {
            absl::MutexLock lock(&mutex_);
            text_.append(data, size);
            Parse();
            return !stopping_;
          });
      absl::MutexLock lock(&mutex_);
      ended_ = true;
    });
  }
  ~EventClient() {
    stopping_ = true;
    client_.stop();
    thread_.join();
  }

  // The next event that the predicate takes; the others before it are passed over. nullopt after
  // the timeout or when the stream has ended.
  std::optional<ServerEvent> Next(
      const std::function<bool(const ServerEvent&)>& wanted = [](const auto&) { return true; },
      Duration timeout = absl::Seconds(20)) {
    const auto has_more = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return !events_.empty() || ended_;
    };
    const Time deadline = absl::Now() + timeout;
    absl::MutexLock lock(&mutex_);
    while (mutex_.AwaitWithDeadline(absl::Condition(&has_more), deadline) && !events_.empty()) {
      ServerEvent event = std::move(events_.front());
      events_.pop_front();
      if (wanted(event)) return event;
    }
    return std::nullopt;
  }
  std::optional<ServerEvent> NextNamed(const std::string& name,
                                       Duration timeout = absl::Seconds(20)) {
    return Next([&](const ServerEvent& event) { return event.name == name; }, timeout);
  }
  // Once the server has answered with its first bytes.
  bool WaitForId(Duration timeout = absl::Seconds(20)) {
    const auto has_id = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
      return !last_id_.empty() || ended_;
    };
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(absl::Condition(&has_id), timeout) && !last_id_.empty();
  }
  std::string last_id() {
    absl::MutexLock lock(&mutex_);
    return last_id_;
  }
  int status() {
    const auto known = [this]()
                           ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return status_ > 0 || ended_; };
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(&known), absl::Seconds(20));
    return status_;
  }

 private:
  void Parse() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    size_t end;
    while ((end = text_.find('\n')) != std::string::npos) {
      const std::string line = text_.substr(0, end);
      text_.erase(0, end + 1);
      if (line.rfind("event: ", 0) == 0) name_ = line.substr(7);
      if (line.rfind("data: ", 0) == 0) data_ = line.substr(6);
      if (line.rfind("id: ", 0) == 0) next_id_ = line.substr(4);
      if (!line.empty()) continue;
      if (!next_id_.empty()) last_id_ = next_id_;
      if (!data_.empty()) events_.push_back({name_, nlohmann::ordered_json::parse(data_)});
      name_.clear();
      data_.clear();
    }
  }

  httplib::Client client_;
  std::atomic<bool> stopping_ = false;
  absl::Mutex mutex_;
  int status_ ABSL_GUARDED_BY(mutex_) = 0;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  std::string text_ ABSL_GUARDED_BY(mutex_), name_ ABSL_GUARDED_BY(mutex_),
      data_ ABSL_GUARDED_BY(mutex_), next_id_ ABSL_GUARDED_BY(mutex_),
      last_id_ ABSL_GUARDED_BY(mutex_);
  std::deque<ServerEvent> events_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace qalam
