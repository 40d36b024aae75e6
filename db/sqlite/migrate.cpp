#include "db/sqlite/migrate.h"

namespace qalam::sqlite {

namespace {

// "QALM": tells our files from other programs' and is shown by file(1).
constexpr int64_t kApplicationId = 0x51414C4D;

Status CheckIsOurs(Connection& connection) {
  ASSIGN_OR_RETURN(const int64_t id, connection.QueryInt("PRAGMA application_id"));
  if (id == kApplicationId) return absl::OkStatus();
  ASSIGN_OR_RETURN(const int64_t tables, connection.QueryInt("SELECT count(*) FROM sqlite_master"));
  if (tables == 0) return absl::OkStatus();
  return FailedPrecondition("{} is another program's database; name another file with --db",
                            connection.path());
}

Status Advance(Connection& connection) {
  // Asked again under the lock: another process may have migrated meanwhile.
  ASSIGN_OR_RETURN(const int64_t version, connection.QueryInt("PRAGMA user_version"));
  for (int64_t i = version; i < kMigrationCount; ++i) {
    RETURN_IF_ERROR(connection.Execute(kMigrations[i]));
  }
  const std::string mark = fmt::format("PRAGMA application_id={}; PRAGMA user_version={}",
                                       kApplicationId, kMigrationCount);
  return connection.Execute(mark.c_str());
}

}  // namespace

Status Migrate(Connection& connection) {
  RETURN_IF_ERROR(CheckIsOurs(connection));
  ASSIGN_OR_RETURN(const int64_t version, connection.QueryInt("PRAGMA user_version"));
  if (version > kMigrationCount) {
    return FailedPrecondition(
        "{} was made by a newer Qalam (schema {}, this one knows {}); use that version",
        connection.path(), version, kMigrationCount);
  }
  RETURN_IF_ERROR(connection.UseWriteAheadLog());
  if (version == kMigrationCount) return absl::OkStatus();
  RETURN_IF_ERROR(connection.Execute("BEGIN IMMEDIATE"));
  const Status status = Advance(connection);
  if (!status.ok()) {
    if (connection.InTransaction()) connection.Execute("ROLLBACK").IgnoreError();
    return status;
  }
  return connection.Execute("COMMIT");
}

}  // namespace qalam::sqlite
