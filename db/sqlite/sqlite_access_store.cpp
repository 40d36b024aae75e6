#include <absl/base/thread_annotations.h>
#include <absl/synchronization/mutex.h>

#include "base/random_key.h"
#include "db/access_rows.h"
#include "db/access_store.h"
#include "db/sqlite/connection.h"
#include "db/sqlite/migrate.h"

namespace qalam {

namespace sqlite {
namespace {

// Seldom written, so that one connection after the other will do.
class SqliteAccessStore final : public AccessStore {
 public:
  SqliteAccessStore(std::unique_ptr<Connection> reader, std::unique_ptr<Connection> writer)
      : reader_(std::move(reader)), writer_(std::move(writer)) {}

  Status CreateToken(const TokenRecord& token) override;
  StatusOr<std::optional<TokenRecord>> FindToken(const std::string& id) override;
  StatusOr<std::vector<TokenRecord>> ListTokens(const std::string& after_id, int limit) override;
  Status RevokeToken(const std::string& id, Time when) override;
  Status NoteTokenUse(const std::string& id, Time when) override;
  StatusOr<std::string> ServerKey() override;
  Status AppendAudit(const AuditRecord& record, const AuditBounds& bounds) override;
  StatusOr<std::vector<AuditRecord>> ListAudit(const AuditQuery& query) override;

 private:
  // One transaction; rolled back unless `change` and the commit succeed.
  template <typename Change>
  Status Transact(Change change);

  absl::Mutex reading_;
  const std::unique_ptr<Connection> reader_ ABSL_PT_GUARDED_BY(reading_);
  absl::Mutex writing_;
  const std::unique_ptr<Connection> writer_ ABSL_PT_GUARDED_BY(writing_);
};

template <typename Change>
Status SqliteAccessStore::Transact(Change change) {
  absl::MutexLock lock(&writing_);
  RETURN_IF_ERROR(writer_->CheckInPlace());
  RETURN_IF_ERROR(writer_->Execute("BEGIN IMMEDIATE"));
  Status status = change(*writer_);
  if (status.ok()) status = writer_->Execute("COMMIT");
  if (writer_->InTransaction()) writer_->Execute("ROLLBACK").IgnoreError();
  return status;
}

Status SqliteAccessStore::CreateToken(const TokenRecord& token) {
  return Transact([&](Connection& connection) -> Status {
    ASSIGN_OR_RETURN(auto taken, connection.Prepare("SELECT 1 FROM tokens WHERE id=?"));
    ASSIGN_OR_RETURN(const bool is_taken, taken.Bind(token.id).Step());
    if (is_taken) return AlreadyExists("there is a token {} already", token.id);
    ASSIGN_OR_RETURN(auto insert, connection.Prepare("INSERT INTO tokens (" QALAM_TOKEN_COLUMNS
                                                     ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"));
    const std::string namespaces = JoinWords(token.namespaces);
    BindToken(insert, token, namespaces);
    return insert.Run();
  });
}

StatusOr<std::optional<TokenRecord>> SqliteAccessStore::FindToken(const std::string& id) {
  absl::MutexLock lock(&reading_);
  ASSIGN_OR_RETURN(auto row,
                   reader_->Prepare("SELECT " QALAM_TOKEN_COLUMNS " FROM tokens WHERE id=?"));
  ASSIGN_OR_RETURN(const bool found, row.Bind(id).Step());
  if (!found) return std::nullopt;
  ASSIGN_OR_RETURN(auto token, ReadToken(row, reader_->path()));
  return std::optional<TokenRecord>(std::move(token));
}

StatusOr<std::vector<TokenRecord>> SqliteAccessStore::ListTokens(const std::string& after_id,
                                                                 int limit) {
  absl::MutexLock lock(&reading_);
  ASSIGN_OR_RETURN(auto row,
                   reader_->Prepare("SELECT " QALAM_TOKEN_COLUMNS " FROM tokens WHERE number > "
                                    "coalesce((SELECT number FROM tokens WHERE id=?), 0) "
                                    "ORDER BY number LIMIT ?"));
  row.Bind(after_id).Bind(limit > 0 ? limit : kNoLimit);
  std::vector<TokenRecord> tokens;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return tokens;
    ASSIGN_OR_RETURN(tokens.emplace_back(), ReadToken(row, reader_->path()));
  }
}

Status SqliteAccessStore::RevokeToken(const std::string& id, Time when) {
  return Transact([&](Connection& connection) -> Status {
    ASSIGN_OR_RETURN(auto update, connection.Prepare("UPDATE tokens SET "
                                                     "revoked=coalesce(revoked, ?) WHERE id=?"));
    RETURN_IF_ERROR(update.Bind(when).Bind(id).Run());
    return connection.Changes() > 0 ? absl::OkStatus() : NotFound("there is no token {}", id);
  });
}

Status SqliteAccessStore::NoteTokenUse(const std::string& id, Time when) {
  return Transact([&](Connection& connection) -> Status {
    ASSIGN_OR_RETURN(auto update,
                     connection.Prepare("UPDATE tokens SET last_used=?1 WHERE id=?2 AND "
                                        "(last_used IS NULL OR last_used < ?1)"));
    return update.Bind(when).Bind(id).Run();
  });
}

StatusOr<std::string> SqliteAccessStore::ServerKey() {
  const std::string proposed = NewKey();
  std::string key;
  RETURN_IF_ERROR(Transact([&](Connection& connection) -> Status {
    ASSIGN_OR_RETURN(auto insert,
                     connection.Prepare("INSERT INTO server_key VALUES (1, ?) ON CONFLICT DO "
                                        "NOTHING"));
    RETURN_IF_ERROR(insert.Bind(proposed).Run());
    ASSIGN_OR_RETURN(auto row, connection.Prepare("SELECT key FROM server_key"));
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return Internal("{}: the key of the server is gone", connection.path());
    key = row.Text();
    return absl::OkStatus();
  }));
  return key;
}

Status SqliteAccessStore::AppendAudit(const AuditRecord& record, const AuditBounds& bounds) {
  return Transact([&](Connection& connection) -> Status {
    ASSIGN_OR_RETURN(auto insert, connection.Prepare("INSERT INTO audit (" QALAM_AUDIT_COLUMNS
                                                     ") VALUES (?, ?, ?, ?, ?, ?, ?)"));
    BindAudit(insert, record);
    RETURN_IF_ERROR(insert.Run());
    const int64_t last_dropped = connection.LastInsertId() - bounds.most_records;
    ASSIGN_OR_RETURN(auto many, connection.Prepare("DELETE FROM audit WHERE sequence <= ?"));
    RETURN_IF_ERROR(many.Bind(last_dropped).Run());
    ASSIGN_OR_RETURN(auto old, connection.Prepare("DELETE FROM audit WHERE time < ?"));
    return old.Bind(record.time - bounds.longest_age).Run();
  });
}

StatusOr<std::vector<AuditRecord>> SqliteAccessStore::ListAudit(const AuditQuery& query) {
  absl::MutexLock lock(&reading_);
  ASSIGN_OR_RETURN(
      auto row, reader_->Prepare(query.name_space
                                     ? "SELECT sequence, " QALAM_AUDIT_COLUMNS
                                       " FROM audit WHERE (?1=0 OR sequence<?1) AND name_space=?3 "
                                       "ORDER BY sequence DESC LIMIT ?2"
                                     : "SELECT sequence, " QALAM_AUDIT_COLUMNS
                                       " FROM audit WHERE (?1=0 OR sequence<?1) "
                                       "ORDER BY sequence DESC LIMIT ?2"));
  row.Bind(query.before_sequence).Bind(query.limit > 0 ? query.limit : kNoLimit);
  if (query.name_space) row.Bind(*query.name_space);
  std::vector<AuditRecord> records;
  while (true) {
    ASSIGN_OR_RETURN(const bool found, row.Step());
    if (!found) return records;
    records.push_back(ReadAudit(row));
  }
}

}  // namespace
}  // namespace sqlite

StatusOr<std::unique_ptr<AccessStore>> OpenSqliteAccessStore(const std::string& path,
                                                             const SqliteOptions& options) {
  ASSIGN_OR_RETURN(auto writer,
                   sqlite::Connection::Open(path, /*writable=*/true, options.lock_timeout));
  RETURN_IF_ERROR(sqlite::Migrate(*writer));
  ASSIGN_OR_RETURN(auto reader,
                   sqlite::Connection::Open(path, /*writable=*/false, options.lock_timeout));
  return std::unique_ptr<AccessStore>(
      new sqlite::SqliteAccessStore(std::move(reader), std::move(writer)));
}

}  // namespace qalam
