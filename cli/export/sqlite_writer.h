#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/status.h"

namespace qalam {

// A value of a row; std::monostate is NULL.
class SqliteValue : public std::variant<std::monostate, int64_t, double, std::string> {
 public:
  using variant::variant;
  SqliteValue(int value) : variant(static_cast<int64_t>(value)) {}  // NOLINT: as a row's
  SqliteValue(const char* value) : variant(std::string(value)) {}   // NOLINT: likewise
};

// A new SQLite database, written in one transaction.
class SqliteWriter {
 public:
  static StatusOr<std::unique_ptr<SqliteWriter>> Create(const std::string& path);
  ~SqliteWriter();
  SqliteWriter(const SqliteWriter&) = delete;
  SqliteWriter& operator=(const SqliteWriter&) = delete;

  Status Script(const char* sql);
  // A value for each column of the table.
  Status Insert(const std::string& table, const std::vector<SqliteValue>& row);
  // Durable when it returns OK.
  Status Finish();

 private:
  SqliteWriter(sqlite3* database, std::string path) : database_(database), path_(std::move(path)) {}
  Status Failed() const;

  sqlite3* database_;
  const std::string path_;
  std::map<std::string, sqlite3_stmt*> inserts_;  // by table
};

}  // namespace qalam
