// One PostgreSQL connection and its prepared statements.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/status.h"
#include "db/database.h"

// Begins a transaction that writes. A process that sleeps in the middle of one, or whose machine is
// cut off, would hold the others up for as long: it ends after as long as a lease lasts, and is
// tried again.
#define QALAM_BEGIN_WRITING                \
  "BEGIN ISOLATION LEVEL READ COMMITTED; " \
  "SET LOCAL idle_in_transaction_session_timeout='5s'; "

namespace qalam::postgres {

// What became of the last statement that failed, as far as trying again goes.
enum class Failure {
  kNone,
  kConflict,  // another transaction was in the way: the same again may succeed
  kAway,      // the server has gone or does not answer: another connection may succeed
  kOther,
};

struct FreeResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

// Bytes that are no UTF-8, and NUL, which PostgreSQL cannot hold, become U+FFFD.
std::string StorableText(std::string_view text);

class Connection;

// A prepared statement in use: bind in order, step, read columns in order. All rows are held.
class Statement {
 public:
  Statement(Connection& connection, std::string sql)
      : connection_(connection), sql_(std::move(sql)) {}

  Statement& Bind(int64_t value);
  Statement& Bind(int value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(bool value);
  Statement& Bind(double value);
  Statement& Bind(std::string_view value);  // as StorableText

  Statement& Bind(const std::string& value) { return Bind(std::string_view(value)); }
  Statement& Bind(const char* value) { return Bind(std::string_view(value)); }
  Statement& Bind(Time value);  // InfinitePast becomes NULL
  Statement& BindOrNull(const std::optional<double>& value);
  Statement& BindTextOrNull(std::string_view value);  // empty becomes NULL
  // For "= ANY($n)".
  Statement& Bind(const std::vector<int64_t>& values);

  // True when there is a row. The first runs the statement.
  StatusOr<bool> Step();
  // For statements whose rows do not matter. Ready to be bound and run again afterwards.
  Status Run();
  // Rows that it changed, or gave.
  int64_t Changes() const { return changes_; }

  int64_t Int();    // also of a boolean
  double Double();  // NULL reads as NaN
  std::string Text() { return std::string(TextView()); }
  std::string_view TextView();  // good while the statement lives; NULL is empty
  Time TimeValue();

 private:
  struct Parameter {
    Oid type;
    std::string bytes;
    bool is_null = false;
  };
  Statement& Add(Oid type, std::string bytes);
  Statement& AddNull(Oid type);
  Status Execute();
  // The next column's bytes, in the server's binary form.
  std::string_view Column();

  Connection& connection_;
  std::string sql_;
  std::vector<Parameter> parameters_;
  Result result_;
  int row_ = -1;
  int next_column_ = 0;
  int64_t changes_ = 0;
};

// Not thread-safe: one thread at a time.
class Connection {
 public:
  static StatusOr<std::unique_ptr<Connection>> Open(const DatabaseAddress& address);
  ~Connection() { PQfinish(connection_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Statement Prepare(std::string sql) { return Statement(*this, std::move(sql)); }
  // Statements without parameters.
  Status Execute(const std::string& sql);
  // The first column of the first row as text, empty when there is none; `sql` may be several
  // statements, of which the last counts.
  StatusOr<std::string> QueryText(const std::string& sql);
  // Sends `rows`, in the binary form of COPY without its header and trailer, into a table.
  Status CopyIn(const std::string& sql, std::string_view rows);

  // Of the last that failed since ForgetFailure.
  Failure failure() const { return failure_; }
  void ForgetFailure() { failure_ = Failure::kNone; }
  bool IsAlive() const { return PQstatus(connection_) == CONNECTION_OK; }
  bool IsIdle() const { return IsAlive() && PQtransactionStatus(connection_) == PQTRANS_IDLE; }
  const DatabaseAddress& address() const { return address_; }
  PGconn* get() { return connection_; }

 private:
  friend class Statement;
  Connection(const DatabaseAddress& address, PGconn* connection)
      : address_(address), connection_(connection) {}

  // What the result says, noted for failure().
  Status Check(const PGresult* result);
  StatusOr<std::string> PreparedName(const std::string& sql, const std::vector<Oid>& types);

  const DatabaseAddress address_;
  PGconn* const connection_;
  Failure failure_ = Failure::kNone;
  std::vector<std::string> prepared_;  // their texts; a name is the place
};

}  // namespace qalam::postgres
