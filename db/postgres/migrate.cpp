#include "db/postgres/migrate.h"

#include "db/postgres/error.h"
#include "db/postgres/patience.h"

namespace qalam::postgres {

namespace {

constexpr int kOldestServer = 130000;  // which can say what became of a transaction by xid8

// A table of Qalam's own tells its schema from other programs'.
Status CheckIsOurs(Connection& connection) {
  ASSIGN_OR_RETURN(const std::string schema, connection.QueryText("SELECT current_schema()"));
  if (schema.empty()) {
    return FailedPrecondition("{}: no schema of the search_path is there; make one",
                              connection.address().Shown());
  }
  ASSIGN_OR_RETURN(
      const std::string tables,
      connection.QueryText("SELECT count(*) FROM pg_class WHERE relkind IN ('r','p') "
                           "AND relnamespace=quote_ident(current_schema())::regnamespace"));
  if (tables == "0") return absl::OkStatus();
  return FailedPrecondition(
      "the schema {} of {} holds another program's tables; name another database with --db, or "
      "another schema with ?options=-csearch_path%3DNAME",
      schema, connection.address().Shown());
}

// -1 where there is no table that says it.
StatusOr<int> ReadVersion(Connection& connection) {
  ASSIGN_OR_RETURN(
      const std::string table,
      connection.QueryText("SELECT to_regclass(quote_ident(current_schema()) || '.qalam_schema')"));
  if (table.empty()) return -1;
  ASSIGN_OR_RETURN(const std::string version,
                   connection.QueryText("SELECT version FROM qalam_schema"));
  return version.empty() ? 0 : std::stoi(version);
}

Status Advance(Connection& connection) {
  // Held to the transaction's end; "QALM".
  RETURN_IF_ERROR(connection.Execute("SELECT pg_advisory_xact_lock(1363758157)"));
  // Asked again under the lock: another process may have migrated meanwhile.
  ASSIGN_OR_RETURN(int version, ReadVersion(connection));
  if (version < 0) {
    RETURN_IF_ERROR(CheckIsOurs(connection));
    RETURN_IF_ERROR(
        connection.Execute("CREATE TABLE qalam_schema (version BIGINT NOT NULL, "
                           "database_id TEXT NOT NULL DEFAULT gen_random_uuid()::text);"
                           "INSERT INTO qalam_schema (version) VALUES (0)"));
    version = 0;
  }
  for (int i = version; i < kMigrationCount; ++i) {
    RETURN_IF_ERROR(connection.Execute(kMigrations[i]));
  }
  return connection.Prepare("UPDATE qalam_schema SET version=greatest(version, $1)")
      .Bind(kMigrationCount)
      .Run();
}

}  // namespace

Status Migrate(Connection& connection) {
  if (PQserverVersion(connection.get()) < kOldestServer) {
    return FailedPrecondition("{} is served by PostgreSQL {}; use 13 or later",
                              connection.address().Shown(), PQserverVersion(connection.get()));
  }
  ASSIGN_OR_RETURN(const std::string standby, connection.QueryText("SELECT pg_is_in_recovery()"));
  if (standby == "t") return PostgresError(kReadOnly, "", connection.address());
  ASSIGN_OR_RETURN(const int version, ReadVersion(connection));
  if (version > kMigrationCount) {
    return FailedPrecondition(
        "{} was made by a newer Qalam (schema {}, this one knows {}); use that version",
        connection.address().Shown(), version, kMigrationCount);
  }
  if (version == kMigrationCount) return absl::OkStatus();
  RETURN_IF_ERROR(connection.Execute(QALAM_BEGIN_WRITING));
  const Status status = Advance(connection);
  if (status.ok()) return connection.Execute("COMMIT");
  connection.Execute("ROLLBACK").IgnoreError();
  return status;
}

StatusOr<std::unique_ptr<Connection>> Connect(const DatabaseAddress& address,
                                              const PostgresOptions& options) {
  Patience patience(options.patience);
  while (true) {
    auto connection = Connection::Open(address);
    Status status = connection.status();
    if (connection.ok()) status = Migrate(**connection);
    if (status.ok()) return connection;
    if (status.code() != StatusCode::kUnavailable || !patience.TryAgain()) return status;
  }
}

}  // namespace qalam::postgres
