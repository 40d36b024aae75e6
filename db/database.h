// A database by the address that users give with --db, whichever back end is behind it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/status.h"
#include "db/access_store.h"
#include "db/experiment_leases.h"
#include "db/store.h"

namespace qalam {

// The path of an SQLite file, or postgres://USER:PASSWORD@HOST:PORT/NAME with what else libpq
// takes.
class DatabaseAddress {
 public:
  // INVALID_ARGUMENT, without a word of what may be a secret.
  static StatusOr<DatabaseAddress> Parse(const std::string& text);

  bool IsPostgres() const { return is_postgres_; }
  // As it was given, a password and all: for the back end alone.
  const std::string& text() const { return text_; }
  // For logs, errors and people: without passwords and options.
  const std::string& Shown() const { return shown_; }

 private:
  DatabaseAddress() = default;

  bool is_postgres_ = false;
  std::string text_, shown_;
};

struct Database {
  std::unique_ptr<Store> store;
  // Null where one server at a time has the database: an SQLite file. Not used, it does nothing.
  std::unique_ptr<ExperimentLeases> leases;
  std::unique_ptr<AccessStore> access;
  // What all of it takes on disk, in bytes.
  std::function<StatusOr<int64_t>()> size;
};

// Opens the database, creating what is not there, and migrates it forward. Errors as
// OpenSqliteStore and OpenPostgresDatabase give them.
StatusOr<Database> OpenDatabase(const DatabaseAddress& address);

// The servers that share a PostgreSQL database now; none where that cannot be told.
std::vector<ServerPlace> JoinedServers(const DatabaseAddress& address);

}  // namespace qalam
