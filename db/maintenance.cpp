#include "db/maintenance.h"

#include "base/files.h"
#include "db/postgres/connection.h"
#include "db/postgres/migrate.h"
#include "db/sqlite/backup.h"

namespace qalam {

namespace {

constexpr const char* kPostgresTables[] = {"experiments", "trials", "trial_counts", "metrics",
                                           "points",      "events", "servers",      "leases",
                                           "tokens",      "audit"};

}  // namespace

Status CompactDatabase(const DatabaseAddress& address) {
  if (!address.IsPostgres()) return sqlite::Compact(address.text());
  ASSIGN_OR_RETURN(const auto connection, postgres::Connect(address, {}));
  for (const char* table : kPostgresTables) {
    RETURN_IF_ERROR(connection->Execute(std::string("VACUUM (ANALYZE) ") + table));
  }
  return absl::OkStatus();
}

Status BackUpDatabase(const DatabaseAddress& address, const std::string& target) {
  if (address.IsPostgres()) {
    return FailedPrecondition(
        "PostgreSQL's own programs back {} up: pg_dump for one moment, pg_basebackup with an "
        "archive of the log for every moment",
        address.Shown());
  }
  // A log that a database of this name has left behind would be taken for the copy's.
  for (const char* suffix : {"", "-wal", "-journal"}) {
    if (FileExists(target + suffix)) {
      return AlreadyExists("there is a file {}{} already", target, suffix);
    }
  }
  if (!FileExists(address.text())) return NotFound("there is no database {}", address.text());
  return sqlite::BackUp(address.text(), target);
}

}  // namespace qalam
