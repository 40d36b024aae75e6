// One SQLite connection and its prepared statements.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/status.h"

namespace qalam::sqlite {

// SQLite takes a negative LIMIT as none.
inline constexpr int64_t kNoLimit = -1;

// A prepared statement in use: bind in order, step, read columns in order. Reset when destroyed.
// Errors are kept and reported by Step, so that binding reads as one expression.
class Statement {
 public:
  Statement(sqlite3* database, sqlite3_stmt* statement, const std::string* path)
      : database_(database), statement_(statement), path_(path) {}
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  ~Statement();

  Statement& Bind(int64_t value);
  Statement& Bind(int value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(bool value) { return Bind(static_cast<int64_t>(value)); }
  Statement& Bind(double value);            // NaN becomes NULL
  Statement& Bind(std::string_view value);  // must outlive the step
  Statement& Bind(const std::string& value) { return Bind(std::string_view(value)); }
  Statement& Bind(const char* value) { return Bind(std::string_view(value)); }
  Statement& Bind(Time value);  // InfinitePast becomes NULL
  Statement& BindNull();
  Statement& BindOrNull(const std::optional<double>& value) {
    return value ? Bind(*value) : BindNull();
  }
  Statement& BindTextOrNull(std::string_view value);  // empty becomes NULL

  // True when there is a row.
  StatusOr<bool> Step();
  // For statements that give no rows. Ready to be bound and run again afterwards.
  Status Run();

  int64_t Int();
  double Double();  // NULL reads as NaN
  std::string Text() { return std::string(TextView()); }
  std::string_view TextView();  // good until the next step
  Time TimeValue();

 private:
  void Check(int code);

  sqlite3* database_;
  sqlite3_stmt* statement_;
  const std::string* path_;
  int next_parameter_ = 1;
  int next_column_ = 0;
  int bind_error_ = SQLITE_OK;
};

// Not thread-safe: one thread at a time.
class Connection {
 public:
  // Creates the file when it is missing and `writable`. Writes nothing into one that exists, so
  // that a file that is not ours stays as it is: see UseWriteAheadLog.
  static StatusOr<std::unique_ptr<Connection>> Open(const std::string& path, bool writable,
                                                    Duration lock_timeout);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Compiled once per connection. `sql` must be a constant.
  StatusOr<Statement> Prepare(const char* sql);
  // Readers no longer wait for the writer, and a commit is one sync. Changes the file's header.
  Status UseWriteAheadLog();
  // UNAVAILABLE when the path no longer leads to the open file: what would be written there would
  // be gone with it.
  Status CheckInPlace();
  // Several statements without parameters.
  Status Execute(const char* sql);
  StatusOr<int64_t> QueryInt(const char* sql);
  int64_t LastInsertId() const { return sqlite3_last_insert_rowid(database_); }
  int64_t Changes() const { return sqlite3_changes64(database_); }
  // False once an error has made SQLite roll the whole transaction back.
  bool InTransaction() const { return sqlite3_get_autocommit(database_) == 0; }
  const std::string& path() const { return path_; }
  sqlite3* handle() { return database_; }

 private:
  Connection(std::string path, sqlite3* database) : path_(std::move(path)), database_(database) {}

  const std::string path_;
  sqlite3* const database_;
  std::map<const char*, sqlite3_stmt*> statements_;
};

// What went wrong, with the path and what the user can do about it.
Status SqliteError(sqlite3* database, int code, const std::string& path);

}  // namespace qalam::sqlite
