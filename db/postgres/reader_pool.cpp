#include "db/postgres/reader_pool.h"

namespace qalam::postgres {

StatusOr<std::unique_ptr<Connection>> ReaderPool::Take(Time deadline) {
  {
    absl::MutexLock lock(&mutex_);
    const auto has_room = [this]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return free_ > 0; };
    if (!mutex_.AwaitWithDeadline(absl::Condition(&has_room), deadline)) {
      return Unavailable("the database {} is busy: {} readers wait already; try again",
                         address_.Shown(), options_.most_readers);
    }
    --free_;
    if (!idle_.empty()) {
      auto connection = std::move(idle_.back());
      idle_.pop_back();
      return connection;
    }
  }
  auto opened = Connection::Open(address_);
  if (!opened.ok()) GiveBack(nullptr);
  return opened;
}

void ReaderPool::GiveBack(std::unique_ptr<Connection> connection) {
  absl::MutexLock lock(&mutex_);
  ++free_;
  if (connection == nullptr) return;
  if (connection->IsIdle()) {
    idle_.push_back(std::move(connection));
  } else {
    // Its server has gone, and with it all the others.
    idle_.clear();
  }
}

}  // namespace qalam::postgres
