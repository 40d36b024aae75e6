// The connections that read, as many as are needed at once up to a bound.
#pragma once

#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include <memory>
#include <utility>
#include <vector>

#include "db/postgres/connection.h"
#include "db/postgres/patience.h"
#include "db/postgres/postgres_store.h"

namespace qalam::postgres {

class ReaderPool {
 public:
  ReaderPool(const DatabaseAddress& address, const PostgresOptions& options)
      : address_(address), options_(options), free_(options.most_readers) {}

  // Runs `read`, which must have no other effect, on a connection of its own, in one snapshot;
  // again while the server is away, as long as the options say.
  template <typename Read>
  auto Snapshot(Read read) -> decltype(read(std::declval<Connection&>())) {
    return Run([&](Connection& connection) { return InTransaction(connection, read); });
  }
  // Likewise where `read` is one statement, which sees one snapshot without more ado.
  template <typename Read>
  auto Query(Read read) -> decltype(read(std::declval<Connection&>())) {
    return Run(read);
  }

 private:
  // UNAVAILABLE when all are in use until the deadline.
  StatusOr<std::unique_ptr<Connection>> Take(Time deadline);
  // Keeps a sound one for the next; null or broken ones only make room.
  void GiveBack(std::unique_ptr<Connection> connection);
  template <typename Read>
  static auto InTransaction(Connection& connection, Read& read) -> decltype(read(connection));
  template <typename Read>
  auto Run(Read read) -> decltype(read(std::declval<Connection&>()));

  const DatabaseAddress address_;
  const PostgresOptions options_;
  absl::Mutex mutex_;
  int free_ ABSL_GUARDED_BY(mutex_);  // how many more may be in use
  std::vector<std::unique_ptr<Connection>> idle_ ABSL_GUARDED_BY(mutex_);
};

template <typename Read>
auto ReaderPool::InTransaction(Connection& connection, Read& read) -> decltype(read(connection)) {
  RETURN_IF_ERROR(connection.Execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
  auto result = read(connection);
  const Status ended = connection.Execute(result.ok() ? "COMMIT" : "ROLLBACK");
  if (result.ok()) RETURN_IF_ERROR(ended);
  return result;
}

template <typename Read>
auto ReaderPool::Run(Read read) -> decltype(read(std::declval<Connection&>())) {
  Patience patience(options_.patience);
  while (true) {
    auto connection = Take(patience.deadline());
    Status why = connection.status();
    bool again = connection.status().code() == StatusCode::kUnavailable;
    if (connection.ok()) {
      (*connection)->ForgetFailure();
      auto result = read(**connection);
      const Failure failure = (*connection)->failure();
      GiveBack(*std::move(connection));
      again = !result.ok() && (failure == Failure::kAway || failure == Failure::kConflict);
      if (!again || !patience.TryAgain()) return result;
      continue;
    }
    if (!again || !patience.TryAgain()) return why;
  }
}

}  // namespace qalam::postgres
