#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/status.h"
#include "db/postgres/connection.h"
#include "db/postgres/patience.h"
#include "db/postgres/postgres_store.h"

namespace qalam::postgres {

// Runs changes on one connection, each in a transaction, which it makes anew when its server was
// away. Not thread-safe: one thread at a time.
class TransactionRunner {
 public:
  // `connection` may be null.
  TransactionRunner(const DatabaseAddress& address, const PostgresOptions& options,
                    std::unique_ptr<Connection> connection)
      : address_(address), options_(options), connection_(std::move(connection)) {}

  // Calls `change` between BEGIN and COMMIT, and rolls back unless it and the commit succeed. Again
  // from the beginning, as long as the options say, while the server is away or others are in the
  // way; a commit whose answer was lost is looked up. UNKNOWN when it could not be.
  Status Run(const std::function<Status(Connection&)>& change);

 private:
  enum class Outcome {
    kDecided,  // as the status says
    kNothing,  // nothing was committed, and the same again may succeed
    kUnknown,  // the answer to the commit was lost
  };

  Status Reconnect();
  Outcome Attempt(const std::function<Status(Connection&)>& change, Status* status,
                  std::string* transaction);
  Outcome AfterFailure(const Status& status);
  Outcome LookUp(const std::string& transaction, Patience& patience, Status* status);

  const DatabaseAddress address_;
  const PostgresOptions options_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace qalam::postgres
