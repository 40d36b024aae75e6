#include "server/http/connection_pool.h"

namespace qalam::http {

void ConnectionPool::enqueue(std::function<void()> connection) {
  const auto has_room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return waiting_.size() < idle_ || threads_.size() < most_threads_ || ending_;
  };
  absl::MutexLock lock(&mutex_);
  is_crowded_ = !has_room();
  mutex_.Await(absl::Condition(&has_room));
  is_crowded_ = false;
  waiting_.push_back(std::move(connection));
  if (waiting_.size() > idle_ && threads_.size() < most_threads_) {
    threads_.emplace_back([this] { Work(); });
  }
}

void ConnectionPool::Work() {
  const auto has_work = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) {
    return !waiting_.empty() || ending_;
  };
  while (true) {
    std::function<void()> connection;
    {
      absl::MutexLock lock(&mutex_);
      ++idle_;
      mutex_.Await(absl::Condition(&has_work));
      --idle_;
      if (waiting_.empty()) return;
      connection = std::move(waiting_.front());
      waiting_.pop_front();
    }
    connection();
  }
}

void ConnectionPool::shutdown() {
  std::vector<std::thread> threads;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    threads.swap(threads_);
  }
  for (auto& thread : threads) thread.join();
}

}  // namespace qalam::http
